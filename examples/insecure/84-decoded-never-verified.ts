// open: adversary — a subject that was read and one that was verified are the same text, and reveal() is how a verifier of one's own starts
/**
 * A token that is decoded and never verified. `decodeJwt()` reads what anybody can write. The way that verifies is
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
