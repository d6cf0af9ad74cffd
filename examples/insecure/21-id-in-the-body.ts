// fails: compile — IDOR: an id from the request reaches this handler with no ownership check
/**
 * The id in a body that is checked nowhere. The path was reviewed, the payload was not: pay with somebody else's invoice. A
 * body that names an object says so, and is then held to the same rule as a path.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { activeUser, invoices } from "./secure.ts";

const payment = body(z.object({ invoiceId: z.string(), cents: z.int() }), { identifies: "object" });

export const pay = post("/payments", { deps: { user: activeUser, payment } }, ({ payment }) => invoices.get(payment.invoiceId));
