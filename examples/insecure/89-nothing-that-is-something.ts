// open: adversary — the type does not say whether a reason is true; the document shows the reason to reviewers
/**
 * A reason that is not true. The compiler asked for an owner, and the developer said that the id identifies nothing.
 */
import { z } from "zod";
import { get, nothing, path } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const id = path("id", z.string(), { identifies: nothing("the number of an invoice") });
const read = get("/invoices/:id", { deps: { user: caller, id } }, ({ id }) => invoices.get(id)?.total ?? 0);

export const wrong = ask(serve(read), "GET /invoices/i1", { as: "eve" });
