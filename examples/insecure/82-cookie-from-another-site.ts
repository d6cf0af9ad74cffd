// fails: answer 403 — cross_site
/**
 * A change that another site sends with the user's cookie. The browser attaches the cookie by itself, and a token against it
 * was on the list for later. Where a cookie is the credential, a change from another site is refused.
 */
import { apiKeyCookie, authenticate, post } from "lockstep";
import { ask, serve } from "./served.ts";

const session = apiKeyCookie({ name: "__Host-session" });
const user = authenticate({ session }, ({ session }) => (session.reveal() === "s1" ? { id: "u1" } : undefined));
const served = serve(post("/close-account", { deps: { user } }, ({ user }) => `closed ${user.id}`));
const cookie = "__Host-session=s1";

export const wrong = ask(served, "POST /close-account", { headers: { cookie, "sec-fetch-site": "cross-site" } });
export const right = ask(served, "POST /close-account", { headers: { cookie, "sec-fetch-site": "same-origin" } });
