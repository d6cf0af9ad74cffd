// fails: start-up duplicate_route — answer the same requests
/**
 * Two routes for one path, one of them public. The order of registration decides which of them answers, and so decides the
 * access rule. If two routes answer the same requests, the API does not start, whatever their parameters are called.
 */
import { z } from "zod";
import { createApi, get, nothing, path } from "lockstep";
import { ownInvoice, rows } from "./secure.ts";

const slug = path("slug", z.string(), { identifies: nothing("the title of a page") });

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    get("/invoices/:slug", { public: "a page for search engines", deps: { slug } }, ({ slug }) => `<h1>${slug}</h1>`),
    get("/invoices/:id", { deps: { invoice: ownInvoice }, response: rows }, ({ invoice }) => invoice),
  ],
});
