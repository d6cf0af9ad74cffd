// fails: compile — check query("id") with owned(), permitted() or unowned()
/**
 * Two ids with the same name, and only one of them is checked. `/invoices/:id/merge?id=` names two invoices: the caller's
 * own in the path, and any other in the query. Lockstep knows an id by its place and its name, so the check of one does not
 * cover the other.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { invoices, ownInvoice, rows } from "./secure.ts";

const id = query("id", z.string());

export const merge = get("/invoices/:id/merge", { deps: { invoice: ownInvoice, id }, response: rows }, ({ invoice, id }) => [
  invoice,
  invoices.get(id),
]);
