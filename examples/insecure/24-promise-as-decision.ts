// fails: compile — Argument of type 'Promise<boolean>' is not assignable
/**
 * A promise where a decision is expected. `allow(isAuditor(user))` with an asynchronous `isAuditor` hands on a promise, and a
 * promise is always there. `allow()` takes a value: no boolean, no promise of one, no error.
 */
import { allow, authorize, get } from "lockstep";
import { currentUser, invoices, rows, type User } from "./secure.ts";

const isAuditor = async (user: User): Promise<boolean> => user.role === "admin";
const auditor = authorize({ user: currentUser }, ({ user }) => allow(isAuditor(user)));

export const list = get("/invoices", { deps: { auditor }, response: rows }, () => [...invoices.values()]);
