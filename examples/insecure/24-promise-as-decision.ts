// fails: compile — Argument of type 'Promise<boolean>' is not assignable
/**
 * A promise in the place of a decision. If `isAuditor` is asynchronous, `allow(isAuditor(user))` passes on a promise, and a
 * promise is never empty. `allow()` takes a value. It accepts no boolean, no promise and no error.
 */
import { allow, authorize, get } from "lockstep";
import { currentUser, invoices, rows, type User } from "./secure.ts";

const isAuditor = async (user: User): Promise<boolean> => user.role === "admin";
const auditor = authorize({ user: currentUser }, ({ user }) => allow(isAuditor(user)));

export const list = get("/invoices", { deps: { auditor }, response: rows }, () => [...invoices.values()]);
