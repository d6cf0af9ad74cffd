// fails: answer 403 — account_closed
/**
 * A problem that a guard returns. It is an object like the user beside it. If any object were a yes, the closed account
 * would go on. `problem()` never returns, and an error would not be a yes.
 */
import { authorize, get, problem } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const open = authorize({ user: caller }, ({ user }) =>
  user.email === "eve@example.com" ? problem(403, "account_closed", "This account is closed.") : user,
);
const served = serve(get("/me", { deps: { open } }, ({ open }) => open.email));

export const wrong = ask(served, "GET /me", { as: "eve" });
export const right = ask(served, "GET /me", { as: "ada" });
