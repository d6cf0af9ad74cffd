// open: adversary — some() and every() have the same type; if you return the list of owners' ids, Lockstep compares all
/**
 * A check of many objects that passes if one is the caller's. Eve asks for her own invoice and Ada's, and `some()` finds
 * hers. To let Lockstep compare all of them, write `(found) => found.map((invoice) => invoice.customerId)`.
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
const totals = post("/totals", { deps: { found }, status: 200 }, ({ found }) => found.map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "POST /totals", { as: "eve", json: { ids: ["i1", "i2"] } });
