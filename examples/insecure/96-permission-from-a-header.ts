// open: adversary — a guard may look at what the client sent (a date, a version); that it believes it is behaviour
/**
 * A permission that the client gives itself. The guard is passed by `X-Role: admin`. Where the role would open any object,
 * the compiler refuses it: 49.
 */
import { z } from "zod";
import { authorize, deny, get, header } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const asked = header("X-Role", z.enum(["customer", "admin"]));
const admin = authorize({ user: caller, asked }, ({ user, asked }) => (asked === "admin" ? user : deny("not an administrator")));
const totals = get("/totals", { deps: { admin } }, () => [...invoices.values()].map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "GET /totals", { as: "eve", headers: { "x-role": "admin" } });
