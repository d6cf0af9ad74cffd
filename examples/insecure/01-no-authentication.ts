// fails: compile — Unprotected route: depend on an authenticate() dependency, or give { public: "reason" }
/**
 * A route that nobody guards. The tenth endpoint of a file, added on a Friday: nine have the guard, and nothing notices that
 * this one has not. Here a route without one has to say why.
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
