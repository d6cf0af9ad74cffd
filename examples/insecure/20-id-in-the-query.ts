// fails: start-up wrong_input — an input of this name usually identifies an object
/**
 * The id that moved from the path to the query. `?invoiceId=` names an object just as a segment does. An input with the name
 * of an id says whether it identifies one, and then needs the same check.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { activeUser, invoices } from "./secure.ts";

const invoiceId = query("invoiceId", z.string());

export const print = get("/print", { deps: { user: activeUser, invoiceId } }, ({ invoiceId }) => invoices.get(invoiceId));
