// open: adversary — a hierarchy is a table of names, and only the application knows which role is higher
/**
 * Roles in reverse order. Each role names the roles that it includes, but here the lowest includes the highest.
 */
import { get, roles } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const role = roles({ customer: ["clerk"], clerk: ["admin"], admin: [] }, caller, (user) => user.role);
const totals = get("/totals", { deps: { admin: role.require("admin") } }, () =>
  [...invoices.values()].map((invoice) => invoice.total).join(),
);

export const wrong = ask(serve(totals), "GET /totals", { as: "eve" });
