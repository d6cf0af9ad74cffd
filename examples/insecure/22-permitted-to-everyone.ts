// fails: compile — permitted() needs someone who may reach any object
/**
 * The administrator's loader in a customer's hands. Being signed in, active or in possession of a scope is no reason to see
 * other people's objects. `permitted()` needs a role, or a decision, that was declared to reach them.
 */
import { get, permitted } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = permitted({ id, user: activeUser }, ({ id }) => invoices.get(id));

export const read = get("/invoices/:id", { deps: { invoice }, response: rows }, ({ invoice }) => invoice);
