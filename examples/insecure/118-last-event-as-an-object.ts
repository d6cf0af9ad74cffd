// open: adversary — the id of the last event is a position in the caller's own events; its type does not show another use
/**
 * The id of the last event, taken for an object. `Last-Event-ID` comes from the client like every other header.
 */
import { eventStream, get, lastEventId } from "lockstep";
import { invoices, InvoiceView } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const watch = get(
  "/events",
  { deps: { user: caller, since: lastEventId() }, response: eventStream(InvoiceView) },
  function* ({ since = "" }) {
    const last = invoices.get(since);
    if (last !== undefined) yield { id: last.id, data: last };
  },
);

export const wrong = ask(serve(watch), "GET /events", { as: "eve", headers: { "last-event-id": "i1" } });
