// fails: compile — authorize(): return an object with an id, the value of a guard below it, allow(value)
/**
 * An empty list of permissions, taken for permission. The query finds the grants of this user for this action. Without any,
 * it finds `[]`, which is as true as a list of ten. A list is not a yes.
 */
import { authorize, get } from "lockstep";
import { currentUser, invoices, rows } from "./secure.ts";

const grants = [{ userId: "u3", action: "export" }];
const mayExport = authorize({ user: currentUser }, ({ user }) => grants.filter((grant) => grant.userId === user.id));

export const list = get("/invoices", { deps: { mayExport }, response: rows }, () => [...invoices.values()]);
