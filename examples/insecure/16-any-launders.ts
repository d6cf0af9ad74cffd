// fails: start-up unprotected_route — GET /invoices: add an authenticated dependency or { public: "reason" }
/**
 * A specification that went through `any`. After a configuration file or a JavaScript module, the compiler believes
 * everything. Lockstep checks the same rules on the graph before the first request.
 */
import { createApi, get } from "lockstep";
import { invoices, rows } from "./secure.ts";

const settings: any = JSON.parse('{ "export": { "path": "/invoices", "summary": "For the accountant" } }');

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [get(settings.export.path, { summary: settings.export.summary, response: rows }, () => [...invoices.values()])],
});
