// fails: compile — IDOR: an id from the request (form.invoiceId) reaches this handler with no ownership check
/**
 * The id in a hidden field of a form. It was written by the server, so it is taken for the server's. A field of a form is as
 * free as the address bar.
 */
import { z } from "zod";
import { form, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

const reminder = form(z.object({ invoiceId: z.string() }));

export const remind = post("/reminders", { deps: { writer, reminder }, response: rows }, ({ reminder }) =>
  invoices.get(reminder.invoiceId),
);
