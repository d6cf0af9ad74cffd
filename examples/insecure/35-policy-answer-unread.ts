// fails: compile — authorize(): return an object with an id, the value of a guard below it, allow(value)
/**
 * The answer of a policy engine that nobody reads. `{ allowed: false }` is an object in the place of a yes. `authorize()`
 * accepts a principal or `allow(value)`, but never the answer of a check.
 */
import { authorize, get } from "lockstep";
import { currentUser, invoices, rows, type User } from "./secure.ts";

const policy = { may: async (user: User) => ({ allowed: user.role === "admin" }) };
const admin = authorize({ user: currentUser }, async ({ user }) => policy.may(user));

export const list = get("/invoices", { deps: { admin }, response: rows }, () => [...invoices.values()]);
