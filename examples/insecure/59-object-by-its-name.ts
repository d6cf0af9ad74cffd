// fails: start-up ambiguous_input — say whether query("invoice") identifies one of /invoices
/**
 * An id under the name of its object. `?invoice=i1` names an invoice, but not with the two letters that every rule looks
 * for. A parameter that is named like a collection of the API must say whether it identifies an object of that collection.
 */
import { z } from "zod";
import { createApi, get, query } from "lockstep";
import { activeUser, invoices, ownInvoice, rows } from "./secure.ts";

const invoice = query("invoice", z.string());

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    get("/invoices/:id", { deps: { invoice: ownInvoice }, response: rows }, ({ invoice }) => invoice),
    get("/print", { deps: { user: activeUser, invoice }, response: rows }, ({ invoice }) => invoices.get(invoice)),
  ],
});
