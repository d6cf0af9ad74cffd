// fails: compile — remove public or the authenticated dependency: a route cannot have both
/**
 * A route that is declared public and guarded. One reader believes the first, another believes the second, and the next
 * change removes the one that is in the way. A route is one or the other.
 */
import { get } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

export const list = get("/invoices", { public: "partners embed it", deps: { user: activeUser }, response: rows }, () => [
  ...invoices.values(),
]);
