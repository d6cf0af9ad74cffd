// fails: compile — check "creditId" of body() with owned(), permitted() or unowned()
/**
 * Two ids in one body, and only one of them is checked. A payment names the invoice that it pays and the invoice whose
 * credit it uses, and only the first is the caller's. Each member of a body needs its own check.
 */
import { z } from "zod";
import { body, owned, post } from "lockstep";
import { activeUser, invoices, rows, writer } from "./secure.ts";

const transfer = body(z.object({ invoiceId: z.string(), creditId: z.string() }));
const invoice = owned(
  { transfer, user: activeUser },
  ({ transfer }) => invoices.get(transfer.invoiceId),
  (invoice) => invoice.customerId,
  { checks: ["body.invoiceId"] },
);

export const pay = post("/transfers", { deps: { writer, transfer, invoice }, response: rows }, ({ transfer }) =>
  invoices.get(transfer.creditId),
);
