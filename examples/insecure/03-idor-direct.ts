// fails: compile — check path("id") with owned(), permitted() or unowned()
/**
 * An id that goes from the path to the data unchecked. Being signed in is not the same as being allowed. This is the most
 * common hole in APIs (OWASP API1:2023): count the id up and read the next customer's invoice. Load the object with
 * `owned()`, which checks the owner.
 */
import { get } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

export const read = get("/invoices/:id", { deps: { user: activeUser, id }, response: rows }, ({ id }) => invoices.get(id));
