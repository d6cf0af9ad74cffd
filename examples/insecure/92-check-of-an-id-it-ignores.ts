// open: adversary — the type of a load is the type of its object; it does not show whether the load uses each id
/**
 * A load that ignores an id that it should check. The message asked for `checks`, and the developer named both ids.
 */
import { z } from "zod";
import { body, owned, post } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const transfer = body(z.object({ invoiceId: z.string(), creditId: z.string() }));
const invoice = owned(
  { transfer, user: caller },
  ({ transfer }) => invoices.get(transfer.invoiceId),
  (invoice) => invoice.customerId,
  { checks: ["body.invoiceId", "body.creditId"] },
);
const pay = post(
  "/transfers",
  { deps: { transfer, invoice }, status: 200 },
  ({ transfer }) => invoices.get(transfer.creditId)?.total ?? 0,
);

export const wrong = ask(serve(pay), "POST /transfers", { as: "eve", json: { invoiceId: "i2", creditId: "i1" } });
