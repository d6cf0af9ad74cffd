// fails: start-up ambiguous_input — say whether ids of objects are in body()
/**
 * A body of any shape. `z.any()` was quicker to write than the schema, and the compiler believes every member, the id too.
 * Like raw bytes, an open body must say whether it holds ids of objects.
 */
import { z } from "zod";
import { body, createApi, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    post("/invoices/read", { deps: { writer, sent: body(z.any()) }, response: rows }, ({ sent }) => invoices.get(sent.invoice)),
  ],
});
