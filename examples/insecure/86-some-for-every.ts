// open: adversary — some() and every() have one type; a list of owners' ids, which is compared whole, needs neither
/**
 * A check of many objects that one of them passes. Eve asks for her own invoice and Ada's, and `some()` of them is hers. The
 * way that is compared is `(found) => found.map((invoice) => invoice.customerId)`.
 */
import { z } from "zod";
import { body, owned, post } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const wanted = body(z.object({ ids: z.array(z.string()) }));
const found = owned(
  { wanted, user: caller },
  ({ wanted }) => wanted.ids.flatMap((id) => invoices.get(id) ?? []),
  (found, { user }) => found.some((invoice) => invoice.customerId === user.id),
);
const totals = post("/totals", { deps: { found } }, ({ found }) => found.map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "POST /totals", { as: "eve", json: { ids: ["i1", "i2"] } });
