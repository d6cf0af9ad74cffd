// fails: compile — authorize(): return an object with an id, the value of a guard below it, allow(value)
/**
 * A guard that answers like a handler. `return reply(403)` refuses in a handler. In a guard it is an object like any other,
 * and the request goes on. A guard refuses with `deny()`, and a reply is not a yes.
 */
import { authorize, get, reply } from "lockstep";
import { currentUser, invoices, rows } from "./secure.ts";

const admin = authorize({ user: currentUser }, ({ user }) => (user.role === "admin" ? user : reply(403, "no")));

export const list = get("/invoices", { deps: { admin }, response: rows }, () => [...invoices.values()]);
