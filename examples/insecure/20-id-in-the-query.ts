// fails: compile — check query("invoiceId") with owned(), permitted() or unowned()
/**
 * The id that moved from the path to the query. `?invoiceId=` names an object just as a segment of the path does. An input
 * with the name of an id needs the same check as a path parameter.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

const invoiceId = query("invoiceId", z.string());

export const print = get("/print", { deps: { user: activeUser, invoiceId }, response: rows }, ({ invoiceId }) =>
  invoices.get(invoiceId),
);
