// fails: compile — add an authenticated dependency or { public: "reason" }
/**
 * A caller who may be signed in, taken for one who is. The optional variant of a guard is one word away from the guard
 * (`auto_error=False`, `{ required: false }`), and `user?.id` keeps the compiler quiet. `optional()` does not count as
 * protection.
 */
import { get, optional } from "lockstep";
import { currentUser, invoices, rows } from "./secure.ts";

const user = optional(currentUser);

export const list = get("/invoices", { deps: { user }, response: rows }, ({ user }) =>
  // Without a user there is no filter.
  [...invoices.values()].filter((invoice) => user === undefined || invoice.customerId === user.id),
);
