// fails: compile — Expected 3-4 arguments, but got 2
/**
 * A loader that is trusted to remember the owner. `where id = ?` instead of `where id = ? and customer = ?`: the difference
 * is invisible in review. `owned()` asks the object that was loaded for its owner, and compares.
 */
import { get, owned } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = owned({ id, user: activeUser }, ({ id }) => invoices.get(id));

export const read = get("/invoices/:id", { deps: { invoice }, response: rows }, ({ invoice }) => invoice);
