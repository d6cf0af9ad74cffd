// fails: answer 403 — cross_site
/**
 * A change that another site sends with the user's cookie. The browser attaches the cookie by itself, and the anti-forgery
 * token was postponed. If the credential is a cookie, Lockstep refuses a change from another site.
 */
import { apiKeyCookie, authenticate, post } from "lockstep";
import { ask, serve } from "./served.ts";

const session = apiKeyCookie({ name: "__Host-session" });
const user = authenticate({ session }, ({ session }) => (session.reveal() === "s1" ? { id: "u1" } : undefined));
const served = serve(post("/close-account", { deps: { user }, status: 200 }, ({ user }) => `closed ${user.id}`));
const cookie = "__Host-session=s1";

export const wrong = ask(served, "POST /close-account", { headers: { cookie, "sec-fetch-site": "cross-site" } });
export const right = ask(served, "POST /close-account", { headers: { cookie, "sec-fetch-site": "same-origin" } });
