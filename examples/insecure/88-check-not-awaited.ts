// open: adversary — a call without await is a statement like any other; after the answer, the log reports check_not_awaited
/**
 * A check that nobody awaited. It refuses a moment too late, because the guard has already returned. A linter finds it
 * (`no-floating-promises`). At run time it is reported with its route, and the process goes on.
 */
import { authorize, deny, get } from "lockstep";
import { invoices, type User } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const checkAdmin = async (user: User): Promise<void> => {
  if (user.role !== "admin") deny("not an administrator");
};
const admin = authorize({ user: caller }, ({ user }) => {
  checkAdmin(user);
  return user;
});
const totals = get("/totals", { deps: { admin } }, () => [...invoices.values()].map((invoice) => invoice.total).join());

export const wrong = ask(serve(totals), "GET /totals", { as: "eve" });
