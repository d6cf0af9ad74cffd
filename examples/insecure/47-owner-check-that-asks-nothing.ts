// fails: compile — a function that returns true or false takes two parameters, the object and the values
/**
 * An ownership check that asks nothing. `() => true` was written to try something out, and stayed; `(invoice) =>
 * invoice.total > 0` looks like a check. Nobody can tell whose an object is without looking at the caller.
 */
import { get, owned } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = owned(
  { id, user: activeUser },
  ({ id }) => invoices.get(id),
  () => true,
);

export const read = get("/invoices/:id", { deps: { invoice }, response: rows }, () => "invoice");
