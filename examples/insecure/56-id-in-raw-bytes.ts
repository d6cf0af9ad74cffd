// fails: start-up ambiguous_input — POST /invoices/read: say whether ids of objects are in rawBody()
/**
 * An id in a body that nobody declared. The handler parses the bytes itself, so no schema shows the id. An input that can
 * hold anything must say whether it holds ids of objects.
 */
import { createApi, post, rawBody } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    post("/invoices/read", { deps: { writer, sent: rawBody() }, response: rows }, ({ sent }) =>
      invoices.get(new TextDecoder().decode(sent)),
    ),
  ],
});
