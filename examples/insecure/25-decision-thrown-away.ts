// fails: compile — authorize() must return the value (an object) or deny()
/**
 * A permission check that returns its answer. `user.isActive` is computed, handed on and never looked at: the route is as
 * open as without it. `authorize()` gives the value or refuses.
 */
import { authorize, get } from "lockstep";
import { currentUser, invoices } from "./secure.ts";

const isActive = authorize({ user: currentUser }, ({ user }) => user.isActive);

export const list = get("/invoices", { deps: { isActive } }, () => [...invoices.values()]);
