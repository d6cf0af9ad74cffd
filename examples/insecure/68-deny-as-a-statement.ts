// fails: answer 403 — not an administrator
/**
 * A refusal without `return`. The guard calls `deny()` and then returns the user. If a refusal were a value, everybody would
 * pass. `deny()` throws, so it also refuses as a statement.
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
