// fails: compile — IDOR: an id from the request (query.id) reaches this handler with no ownership check
/**
 * Two ids of one name, and one of them checked. `/invoices/:id/merge?id=` is two invoices: the caller's own in the path, and
 * any other in the query. An id is known by its place and its name, so that checking one does not check the other.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { invoices, ownInvoice, rows } from "./secure.ts";

const id = query("id", z.string());

export const merge = get("/invoices/:id/merge", { deps: { invoice: ownInvoice, id }, response: rows }, ({ invoice, id }) => [
  invoice,
  invoices.get(id),
]);
