// open: adversary — no type says what a catch catches, and no signature says whether it throws again
/**
 * A refusal that is caught. The check and a network call are in one `try`, and the `catch` ignores both failures.
 */
import { authorize, deny, get } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const admin = authorize({ user: caller }, ({ user }) => {
  try {
    if (user.role !== "admin") deny("not an administrator");
  } catch {
    // The directory is sometimes down.
  }
  return user;
});
const totals = get("/totals", { deps: { admin } }, () => [...invoices.values()].map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "GET /totals", { as: "eve" });
