// fails: start-up dead_branch — no request can take the branch "any"
/**
 * An alternative that never runs. "The owner, or an administrator" are two rules over one credential, but `anyOf()` chooses
 * by credential. The administrator gets 404, and the next developer loosens the first branch. `firstOf()` tries rules in
 * turn.
 */
import { anyOf, createApi, get } from "lockstep";
import { anyInvoice, ownInvoice, rows } from "./secure.ts";

const invoice = anyOf({ own: ownInvoice, any: anyInvoice });

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [get("/invoices/:id", { deps: { invoice }, response: rows }, ({ invoice }) => invoice.value)],
});
