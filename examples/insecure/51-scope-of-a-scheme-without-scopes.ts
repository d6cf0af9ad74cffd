// fails: compile — Argument of type '"invoices:write"' is not assignable to parameter of type 'never'
/**
 * A scope that the scheme does not declare. The scheme was written inline, without its scopes, so any text would be
 * accepted. A route cannot ask for a scope that no scheme declares.
 */
import { authenticate, httpBearer, identified, scopes } from "lockstep";
import { accessTokens } from "./secure.ts";

const user = authenticate({ claims: accessTokens.claims(httpBearer()) }, ({ claims }) => identified({ id: claims.sub }, claims));

export const writer = scopes(user, "invoices:write");
