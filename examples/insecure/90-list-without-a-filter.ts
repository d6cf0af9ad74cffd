// open: adversary — no id comes from the request, and a list has the same type with a filter and without
/**
 * A list without its filter. The route for one invoice checks the owner, but the list shows everybody's invoices.
 */
import { z } from "zod";
import { get } from "lockstep";
import { InvoiceView, invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const list = get("/invoices", { deps: { user: caller }, response: z.array(InvoiceView) }, () => [...invoices.values()]);

export const wrong = ask(serve(list), "GET /invoices", { as: "eve" });
