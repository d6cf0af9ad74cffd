// open: adversary — the comparison stands inside a rule of the application's own, and two missing members are equal in it
/**
 * Two members that are both missing, compared in a rule. The invoice has no tenant yet, nor has Eve, and `undefined` is
 * `undefined`. The way that never matches a missing id is to return it: 73.
 */
import { get, owned } from "lockstep";
import { id, invoices, type Invoice, type User } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

interface InTenant {
  readonly tenantId?: string;
}
const isOfTenant = (invoice: Invoice & InTenant, user: User & InTenant): boolean => invoice.tenantId === user.tenantId;
const invoice = owned(
  { id, user: caller },
  ({ id }) => invoices.get(id),
  (invoice, { user }) => isOfTenant(invoice, user),
);

export const wrong = ask(serve(get("/invoices/:id", { deps: { invoice } }, ({ invoice }) => invoice.total)), "GET /invoices/i1", {
  as: "eve",
});
