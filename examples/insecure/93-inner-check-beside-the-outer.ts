// open: adversary — the inner check has the outer one below it; whether it compares the two is behaviour
/**
 * An inner check that has the outer one and does not look at it. The invoice hangs together with the organisation in the
 * graph, and not in the code.
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
