// fails: compile — Argument of type '"invoices:write"' is not assignable to parameter of type 'never'
/**
 * A scope that is asked of a scheme that declares none. The scheme was written in place, without its scopes, and any text
 * would do. What no scheme declares cannot be asked for.
 */
import { authenticate, httpBearer, identified, scopes } from "lockstep";
import { accessTokens } from "./secure.ts";

const user = authenticate({ claims: accessTokens.claims(httpBearer()) }, ({ claims }) => identified({ id: claims.sub }, claims));

export const writer = scopes(user, "invoices:write");
