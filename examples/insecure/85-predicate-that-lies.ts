// open: adversary — a function of the object and the caller may decide anything; Lockstep compares only an owner's id
/**
 * An ownership check that looks at the caller and decides nothing. It has the two parameters that a rule needs. To let
 * Lockstep compare, write `(invoice) => invoice.customerId`.
 */
import { get, owned } from "lockstep";
import { id, invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const invoice = owned(
  { id, user: caller },
  ({ id }) => invoices.get(id),
  (invoice, { user }) => invoice.customerId !== "" && user.isActive,
);

export const wrong = ask(serve(get("/invoices/:id", { deps: { invoice } }, ({ invoice }) => invoice.total)), "GET /invoices/i1", {
  as: "eve",
});
