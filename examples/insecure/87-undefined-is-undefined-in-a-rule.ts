// open: adversary — the application's own rule makes the comparison, and in it two missing members are equal
/**
 * Two members that are both missing, compared in a rule. The invoice has no tenant yet, and Eve has none either, so
 * `undefined` equals `undefined`. If the check returns the id instead, a missing id never matches (73).
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
