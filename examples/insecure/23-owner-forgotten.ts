// fails: compile — Expected 3-4 arguments, but got 2
/**
 * A loader that must remember the owner. It says `where id = ?` instead of `where id = ? and customer = ?`, and a reviewer
 * does not see the difference. `owned()` asks the loaded object for its owner, and compares.
 */
import { get, owned } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = owned({ id, user: activeUser }, ({ id }) => invoices.get(id));

export const read = get("/invoices/:id", { deps: { invoice }, response: rows }, ({ invoice }) => invoice);
