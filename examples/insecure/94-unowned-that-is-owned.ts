// open: adversary — the type does not say whether an object belongs to somebody; the document shows the reason
/**
 * An object with an owner that is declared as unowned. `unowned()` asks for a reason and for nothing else.
 */
import { get, unowned } from "lockstep";
import { id, invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const invoice = unowned("invoices are for everybody", { id }, ({ id }) => invoices.get(id));
const read = get("/invoices/:id", { deps: { user: caller, invoice } }, ({ invoice }) => invoice.total);

export const wrong = ask(serve(read), "GET /invoices/i1", { as: "eve" });
