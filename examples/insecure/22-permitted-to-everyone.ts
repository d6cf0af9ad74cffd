// fails: compile — permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
/**
 * The administrator's loader in a customer's hands. A caller who is signed in, is active or has a scope may still not see
 * other people's objects. `permitted()` needs a role, or a decision, that was declared to reach them.
 */
import { get, permitted } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = permitted({ id, user: activeUser }, ({ id }) => invoices.get(id));

export const read = get("/invoices/:id", { deps: { invoice }, response: rows }, ({ invoice }) => invoice);
