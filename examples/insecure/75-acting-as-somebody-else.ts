// fails: answer 404 — not the caller's
/**
 * A header that says whom the caller acts for. The support tool sets `X-Act-As`, and so can everybody else. Every later
 * check then asks for the wrong person. `owned()` compares the owner with the principal that a credential proved.
 */
import { z } from "zod";
import { authorize, get, header, owned, path } from "lockstep";
import { invoices, users } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const actAs = header("X-Act-As", z.string().optional());
const acting = authorize({ user: caller, actAs }, ({ user, actAs }) => users.get(actAs ?? "") ?? user);
const invoice = owned(
  { id: path("id", z.string()), user: acting },
  ({ id }) => invoices.get(id),
  (invoice) => invoice.customerId,
);
const served = serve(get("/invoices/:id", { deps: { invoice } }, ({ invoice }) => invoice.total));

export const wrong = ask(served, "GET /invoices/i1", { as: "eve", headers: { "x-act-as": "u1" } });
export const right = ask(served, "GET /invoices/i1", { as: "ada" });
