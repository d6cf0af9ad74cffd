// open: adversary — a catch has no type for what it catches, and whether it throws again is in no signature
/**
 * A refusal that is caught. The check and a call of the network stand in one `try`, and what failed is ignored.
 */
import { authorize, deny, get } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const admin = authorize({ user: caller }, ({ user }) => {
  try {
    if (user.role !== "admin") deny("not an administrator");
  } catch {
    // The directory is down sometimes.
  }
  return user;
});
const totals = get("/totals", { deps: { admin } }, () => [...invoices.values()].map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "GET /totals", { as: "eve" });
