// fails: compile — check "invoiceId" of form() with owned(), permitted() or unowned()
/**
 * An id in a hidden field of a form. The server wrote the field, so the code trusts it. But a client can change a field of a
 * form as freely as the address bar.
 */
import { z } from "zod";
import { form, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

const reminder = form(z.object({ invoiceId: z.string() }));

export const remind = post("/reminders", { deps: { writer, reminder }, response: rows }, ({ reminder }) =>
  invoices.get(reminder.invoiceId),
);
