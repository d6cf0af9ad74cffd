// fails: start-up unprotected_route — GET /invoices: Unprotected route
/**
 * A specification that went through `any`. A configuration file or a JavaScript module in between, and the compiler believes
 * everything. The same rules are checked on the graph before the first request.
 */
import { createApi, get } from "lockstep";
import { invoices } from "./secure.ts";

// oxlint-disable-next-line typescript/no-explicit-any
const settings: any = JSON.parse('{ "export": { "summary": "For the accountant" } }');

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [get("/invoices", settings.export, () => [...invoices.values()])],
});
