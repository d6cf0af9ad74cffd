// fails: compile — a function that returns true or false takes two parameters, the object and the values
/**
 * An ownership check that asks nothing. `() => true` was an experiment and stayed, and `(invoice) => invoice.total > 0`
 * looks like a check. To know whether an object is the caller's, a check must look at the caller.
 */
import { get, owned } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = owned(
  { id, user: activeUser },
  ({ id }) => invoices.get(id),
  () => true,
);

export const read = get("/invoices/:id", { deps: { invoice }, response: rows }, () => "invoice");
