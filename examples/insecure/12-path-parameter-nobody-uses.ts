// fails: compile — add path("id", schema) to a dependency
/**
 * An id in the path that nothing reads. `/customers/u2/invoices` answers with the caller's own invoices. Later somebody
 * reads the id by hand, and it answers with anybody's. Every parameter belongs to a dependency.
 */
import { get } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

export const list = get("/customers/:id/invoices", { deps: { user: activeUser }, response: rows }, ({ user }) =>
  [...invoices.values()].filter((invoice) => invoice.customerId === user.id),
);
