// fails: compile — IDOR: an id from the request (body.invoiceId) reaches this handler with no ownership check
/**
 * The id in a body that is checked nowhere. The path was reviewed, the payload was not: pay with somebody else's invoice. A
 * member of a body that is named like an id needs the same check as a path parameter.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

const payment = body(z.object({ invoiceId: z.string(), cents: z.int() }));

export const pay = post("/payments", { deps: { writer, payment }, response: rows }, ({ payment }) =>
  invoices.get(payment.invoiceId),
);
