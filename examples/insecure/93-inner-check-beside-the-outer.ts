// open: adversary — the inner check has the outer one below it, but its type does not show whether it compares the two
/**
 * An inner check that does not look at the outer one. The graph connects the invoice with the organisation, but the code
 * does not.
 */
import { z } from "zod";
import { get, owned, path } from "lockstep";
import { invoices, type Invoice } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const members = [{ orgId: "eves", userId: "u2" }];
const orgOf = (_invoice: Invoice): string => "adas";
const member = owned(
  { orgId: path("orgId", z.string()), user: caller },
  ({ orgId, user }) => members.find((each) => each.orgId === orgId && each.userId === user.id),
  (member) => member.userId,
);
const invoice = owned(
  { member, invoiceId: path("invoiceId", z.string()), user: caller },
  ({ invoiceId }) => invoices.get(invoiceId),
  (invoice, { member }) => orgOf(invoice) === member.orgId || member.userId !== "",
);
const read = get("/orgs/:orgId/invoices/:invoiceId", { deps: { invoice } }, ({ invoice }) => invoice.total);

export const wrong = ask(serve(read), "GET /orgs/eves/invoices/i1", { as: "eve" });
