// fails: answer 404 — the load returned an empty list
/**
 * A check that is true for no objects. `every()` of an empty list is true, so a request for ids that do not exist passes the
 * check of all of them. For an empty list, the answer is "not found".
 */
import { z } from "zod";
import { body, owned, post } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const wanted = body(z.object({ ids: z.array(z.string()) }));
const own = owned(
  { wanted, user: caller },
  ({ wanted }) => wanted.ids.flatMap((id) => invoices.get(id) ?? []),
  (found, { user }) => found.every((invoice) => invoice.customerId === user.id),
);
const served = serve(post("/archive", { deps: { own }, status: 200 }, ({ own }) => `archived ${own.length}`));

export const wrong = ask(served, "POST /archive", { as: "eve", json: { ids: ["i3"] } });
export const right = ask(served, "POST /archive", { as: "eve", json: { ids: ["i2"] } });
