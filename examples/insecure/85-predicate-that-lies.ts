// open: adversary — a function of the object and the caller may decide whatever it likes; only the owner's id is compared for it
/**
 * An ownership check that looks at the caller and decides nothing. It has the two parameters that a rule needs. The way that
 * is compared is `(invoice) => invoice.customerId`.
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
