// fails: compile — IDOR: an id from the request (path.id) reaches this handler with no ownership check
/**
 * An id that goes from the path to the data: signed in is not the same as allowed. The most common hole of APIs (OWASP
 * API1:2023): count the id up and read the next customer's invoice. An id is loaded with `owned()`, which checks the owner.
 */
import { get } from "lockstep";
import { activeUser, id, invoices, rows } from "./secure.ts";

export const read = get("/invoices/:id", { deps: { user: activeUser, id }, response: rows }, ({ id }) => invoices.get(id));
