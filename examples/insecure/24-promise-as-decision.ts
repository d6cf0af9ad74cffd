// fails: compile — Type 'Promise<boolean>' is not assignable to type 'boolean'
/**
 * A promise where a decision is expected. `if (isOwner(invoice, user))` with an asynchronous `isOwner` is always true, and
 * only a linter would say so. `belongs` answers at once, and only `true` lets an object through.
 */
import { get, owned } from "lockstep";
import { activeUser, id, type Invoice, invoices, type User } from "./secure.ts";

const isOwner = async (invoice: Invoice, user: User): Promise<boolean> => invoice.customerId === user.id;
const invoice = owned(
  { id, user: activeUser },
  ({ id }) => invoices.get(id),
  (invoice, { user }) => isOwner(invoice, user),
);

export const read = get("/invoices/:id", { deps: { invoice } }, ({ invoice }) => invoice);
