// fails: compile — check query("sinceId") with owned(), permitted() or unowned()
/**
 * A cursor that is an object. The stream goes on after the invoice that the client names, and begins with that invoice.
 */
import { z } from "zod";
import { eventStream, get, query } from "lockstep";
import { activeUser, invoices, InvoiceView } from "./secure.ts";

const sinceId = query("sinceId", z.string());

export const route = get(
  "/invoices/events",
  { deps: { user: activeUser, sinceId }, response: eventStream(InvoiceView) },
  function* ({ sinceId }) {
    const first = invoices.get(sinceId);
    if (first !== undefined) yield { data: first };
  },
);
