// open: adversary — the name, the format and the collections of the API do not show that it is an id; to the compiler it is text
/**
 * An id that no name shows. `?of=i1` identifies an invoice too.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const of = query("of", z.string());
const total = get("/total", { deps: { user: caller, of } }, ({ of }) => invoices.get(of)?.total ?? 0);

export const wrong = ask(serve(total), "GET /total?of=i1", { as: "eve" });
