// open: adversary — whether an object belongs to somebody is not in its type; the reason stands in the document
/**
 * An object that is said to belong to nobody. `unowned()` asks for a reason and for nothing else.
 */
import { get, unowned } from "lockstep";
import { id, invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const invoice = unowned("invoices are for everybody", { id }, ({ id }) => invoices.get(id));
const read = get("/invoices/:id", { deps: { user: caller, invoice } }, ({ invoice }) => invoice.total);

export const wrong = ask(serve(read), "GET /invoices/i1", { as: "eve" });
