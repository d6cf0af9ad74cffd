// fails: compile — check "customerId" of body() with owned(), permitted() or unowned()
/**
 * A change that moves the object to somebody else. The invoice is checked and the members of the change are valid, but one
 * of them is the owner. This is mass assignment. An id in the body needs its own check, in addition to the check of the
 * path.
 */
import { z } from "zod";
import { body, patch } from "lockstep";
import { ownInvoice, rows, writer } from "./secure.ts";

const change = body(z.object({ total: z.number(), customerId: z.string() }).partial());

export const update = patch(
  "/invoices/:id",
  { deps: { invoice: ownInvoice, writer, change }, response: rows },
  ({ invoice, change }) => ({ ...invoice, ...change }),
);
