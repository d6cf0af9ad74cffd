// fails: answer 403 — the verb returned an object without an id; allow(value) says yes to it
/**
 * The answer of a policy engine without types. It is `{ allowed: false }` with the type `any`, so the compiler cannot see
 * that nobody reads it. A guard returns a principal, the value of a guard below it, or `allow(value)`.
 */
import { authorize, get } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const policy = (role: string): any => ({ allowed: role === "admin" });
const unread = authorize({ user: caller }, ({ user }) => policy(user.role));
const read = authorize({ user: caller }, ({ user }) => (policy(user.role).allowed ? user : undefined));

export const wrong = ask(serve(get("/admin", { deps: { unread } }, () => "in")), "GET /admin", { as: "root" });
export const right = ask(serve(get("/admin", { deps: { read } }, () => "in")), "GET /admin", { as: "root" });
