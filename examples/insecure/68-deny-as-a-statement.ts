// fails: answer 403 — not an administrator
/**
 * A refusal without `return`. The guard calls `deny()` and goes on to return the user: where a refusal is a value, everybody
 * passes. Here `deny()` throws, so that a statement refuses as well as a result does.
 */
import { authorize, deny, get } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const admin = authorize({ user: caller }, ({ user }) => {
  if (user.role !== "admin") deny("not an administrator");
  return user;
});
const served = serve(get("/admin", { deps: { admin } }, ({ admin }) => admin.email));

export const wrong = ask(served, "GET /admin", { as: "eve" });
export const right = ask(served, "GET /admin", { as: "root" });
