// fails: start-up ambiguous_input — it takes a record of unknown names
/**
 * Unknown members that are spread over the row. The schema names the members that may change, and lets all others through,
 * `customerId` among them. This is mass assignment. A record of unknown names must say whether it holds ids.
 */
import { z } from "zod";
import { body, createApi, patch } from "lockstep";
import { ownInvoice, rows, writer } from "./secure.ts";

const change = body(z.looseObject({ total: z.number().optional() }));

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    patch("/invoices/:id", { deps: { invoice: ownInvoice, writer, change }, response: rows }, ({ invoice, change }) => ({
      ...invoice,
      ...change,
    })),
  ],
});
