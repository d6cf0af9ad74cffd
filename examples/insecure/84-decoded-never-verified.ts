// open: adversary — a verified subject and an unverified one are both text; and your own verifier also starts with reveal()
/**
 * A token that is decoded and never verified. `decodeJwt()` reads a text that anybody can write. To verify the token, use
 * `accessTokens.claims(token)`.
 */
import { decodeJwt } from "jose";
import { authenticate, get } from "lockstep";
import { invoices, users } from "./secure.ts";
import { ask, bearer, serve } from "./served.ts";

const user = authenticate({ bearer }, ({ bearer }) => users.get(decodeJwt(bearer.reveal()).sub ?? ""));
const totals = get("/totals", { deps: { user } }, ({ user }) =>
  [...invoices.values()]
    .filter((each) => each.customerId === user.id)
    .map((each) => each.total)
    .join(),
);

const forged = `${btoa('{"alg":"HS256"}')}.${btoa('{"sub":"u1"}')}.x`.replaceAll("=", "");
export const wrong = ask(serve(totals), "GET /totals", { headers: { authorization: `Bearer ${forged}` } });
