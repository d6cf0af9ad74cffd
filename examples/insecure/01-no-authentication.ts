// fails: compile — add an authenticated dependency or { public: "reason" }: this route is unprotected
/**
 * A route that nobody guards. Somebody adds the tenth endpoint to a file on a Friday. The other nine have the guard, and
 * nothing shows that this one lacks it. In Lockstep, a route without a guard needs a reason.
 */
import { createApi, get } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    get("/invoices/mine", { deps: { user: activeUser }, response: rows }, ({ user }) =>
      [...invoices.values()].filter((each) => each.customerId === user.id),
    ),
    get("/invoices/export", { summary: "For the accountant", response: rows }, () => [...invoices.values()]),
  ],
});
