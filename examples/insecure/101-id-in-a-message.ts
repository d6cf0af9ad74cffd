// fails: compile — take "invoiceId" of messages() from the path: no guard can check an id in a message
/**
 * An id in a message. The connection was authenticated once, and then each message names another invoice. No guard can check a
 * message, because it comes after all guards: open one connection for each object.
 */
import { z } from "zod";
import { messages, websocket } from "lockstep";
import { invoices, writer } from "./secure.ts";

const live = messages({ receives: z.object({ invoiceId: z.string() }), sends: z.object({ total: z.number() }) });

export const route = websocket("/invoices/live", { deps: { user: writer, live } }, async ({ live }) => {
  for await (const { invoiceId } of live) await live.send({ total: invoices.get(invoiceId)?.total ?? 0 });
});
