// fails: compile — authorize() must return an object with an id, the value of a guard below it, allow(value)
/**
 * A permission check that returns its answer. `user.isActive` is computed, handed on and never looked at: the route is as
 * open as without it. `authorize()` returns who may, or refuses.
 */
import { authorize, get } from "lockstep";
import { currentUser, invoices, rows } from "./secure.ts";

const isActive = authorize({ user: currentUser }, ({ user }) => user.isActive);

export const list = get("/invoices", { deps: { isActive }, response: rows }, () => [...invoices.values()]);
