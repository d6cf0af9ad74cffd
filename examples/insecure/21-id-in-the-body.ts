// fails: compile — check "invoiceId" of body() with owned(), permitted() or unowned()
/**
 * An id in a body that nothing checks. Somebody reviewed the path but not the payload, so a caller pays with somebody else's
 * invoice. A member of a body with the name of an id needs the same check as a path parameter.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

const payment = body(z.object({ invoiceId: z.string(), cents: z.int() }));

export const pay = post("/payments", { deps: { writer, payment }, response: rows }, ({ payment }) =>
  invoices.get(payment.invoiceId),
);
