// fails: compile — return the body, or throw the problem
/**
 * A web `Response` from a handler, as in other frameworks. JSON writes it as `{}` with the status 200, so its refusal is
 * lost. Use `reply()`, `problem()` or `deny()` for the answer.
 */
import { get } from "lockstep";
import { activeUser } from "./secure.ts";

export const list = get("/invoices", { deps: { user: activeUser } }, ({ user }) =>
  user.role === "admin" ? "every invoice" : new Response("no", { status: 403 }),
);
