// fails: compile — A route is public or authenticated, not both
/**
 * A route that is declared public and guarded. One reader believes the one word, one the other, and the next change removes
 * whichever is in the way. It is one or the other.
 */
import { get } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

export const list = get("/invoices", { public: "partners embed it", deps: { user: activeUser }, response: rows }, () => [
  ...invoices.values(),
]);
