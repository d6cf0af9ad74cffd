// fails: start-up unchecked_object — check "document" of body() with owned(), permitted() or unowned()
/**
 * An id that only its format shows. No rule for names finds `document`, but its schema says `uuid`, and a UUID is an id. Its
 * type is text like any other, so the check reads the schema at start-up.
 */
import { z } from "zod";
import { body, createApi, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

const print = body(z.object({ document: z.uuid() }));

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [post("/print", { deps: { writer, print }, response: rows }, ({ print }) => invoices.get(print.document))],
});
