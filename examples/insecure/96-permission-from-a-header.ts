// open: adversary — a guard may read a value that the client sent, such as a date; its type does not show whether it trusts it
/**
 * A permission that the client gives itself. `X-Role: admin` passes the guard. If the role opened any object, the compiler
 * would refuse it (49).
 */
import { z } from "zod";
import { authorize, deny, get, header } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const asked = header("X-Role", z.enum(["customer", "admin"]));
const admin = authorize({ user: caller, asked }, ({ user, asked }) => (asked === "admin" ? user : deny("not an administrator")));
const totals = get("/totals", { deps: { admin } }, () => [...invoices.values()].map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "GET /totals", { as: "eve", headers: { "x-role": "admin" } });
