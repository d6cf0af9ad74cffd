// fails: compile — say why in a few words: the reason is shown in the document
/**
 * A reason that is empty. Every exception from an access rule needs a reason, and `""` is the quickest thing to write. An
 * empty reason does not compile, and does not start.
 */
import { z } from "zod";
import { get, nothing, query } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

const ownerId = query("ownerId", z.string(), { identifies: nothing("") });

export const list = get("/invoices", { deps: { user: activeUser, ownerId }, response: rows }, ({ ownerId }) =>
  [...invoices.values()].filter((invoice) => invoice.customerId === ownerId),
);
