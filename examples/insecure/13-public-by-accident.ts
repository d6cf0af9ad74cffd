// fails: compile — add an authenticated dependency or { public: "reason" }
/**
 * A route that is public while one developer works on it. The condition is always true somewhere: in a preview, or in a test
 * environment with production's data. A route cannot be public only sometimes.
 */
import { get } from "lockstep";
import { invoices, rows } from "./secure.ts";

const isDevelopment = process.env["NODE_ENV"] !== "production";

export const list = get("/invoices", { public: isDevelopment ? "local development" : undefined, response: rows }, () => [
  ...invoices.values(),
]);
