// open: adversary — run() is for jobs, which act for users that no request proved; in a handler the call looks the same
/**
 * A guard that is run for somebody else. `run()` passes values to a graph outside a request. In a handler, it checks the
 * owner against the user that the code passes.
 */
import { z } from "zod";
import { get, owned, query, run } from "lockstep";
import { id, invoices, users } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const own = owned(
  { id, user: caller },
  ({ id }) => invoices.get(id),
  (invoice) => invoice.customerId,
);
const of = query("of", z.string());
const ada = users.get("u1");
const total = get("/total", { deps: { user: caller, of } }, async ({ of, user }) => {
  const { total } = await run(own, {
    with: [
      [id, of],
      [caller, ada ?? user],
    ],
  });
  return total;
});

export const wrong = ask(serve(total), "GET /total?of=i1", { as: "eve" });
