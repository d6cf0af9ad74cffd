// fails: compile — check path("id") with owned(), permitted() or unowned()
/**
 * An unchecked id behind a dependency that looks like a check. `invoice` is a tidy "get or 404" that everybody reuses, but
 * it never asks whose invoice it is. Lockstep follows the id through any number of dependencies until `owned()` or a sibling
 * checks it.
 */
import { depends, get, problem } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

const invoice = depends({ id }, ({ id }) => {
  const found = invoices.get(id);
  if (found === undefined) problem(404, "no_such_invoice", "There is no such invoice.");
  return found;
});
const withTax = depends({ invoice }, ({ invoice }) => ({ ...invoice, tax: invoice.total * 0.19 }));

export const read = get("/invoices/:id/tax", { deps: { user: activeUser, withTax }, response: rows }, ({ withTax }) => withTax);
