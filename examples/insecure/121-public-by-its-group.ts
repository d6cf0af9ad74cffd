// open: adversary — the reason of a group holds for each route in it, and the type does not say for which it was written
/**
 * A route that is public because its group is. The document lists it as public, with the reason of the shop window.
 */
import { z } from "zod";
import { group } from "lockstep";
import { invoices, InvoiceView } from "./secure.ts";
import { ask, serve } from "./served.ts";

const shop = group({ prefix: "/shop", public: "a shop window" });
const accounting = shop.group({ prefix: "/accounting" });
const list = accounting.get("/invoices", { response: z.array(InvoiceView) }, () => [...invoices.values()]);

export const wrong = ask(serve(list), "GET /shop/accounting/invoices");
