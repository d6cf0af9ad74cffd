// fails: compile — authorize(): return an object with an id, the value of a guard below it, allow(value)
/**
 * A permission check that returns true or false. `user.isActive` is computed, returned and never read, so the route is as
 * open as without it. `authorize()` returns the user who may go on, or refuses.
 */
import { authorize, get } from "lockstep";
import { currentUser, invoices, rows } from "./secure.ts";

const isActive = authorize({ user: currentUser }, ({ user }) => user.isActive);

export const list = get("/invoices", { deps: { isActive }, response: rows }, () => [...invoices.values()]);
