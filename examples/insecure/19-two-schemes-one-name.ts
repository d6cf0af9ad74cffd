// fails: start-up scheme_name_taken — APIKeyHeader
/**
 * Two different keys, documented as one. The second scheme overwrites the first in `components.securitySchemes`, and clients
 * send the wrong key to half of the API. If two schemes have the same name, the API does not start.
 */
import { apiKeyHeader, authenticate, createApi, get, sameSecret } from "lockstep";
import { partner } from "./secure.ts";

const internalKey = apiKeyHeader({ name: "X-Internal-Key" });
const job = authenticate({ internalKey }, ({ internalKey }) =>
  sameSecret(internalKey, "another key") ? { id: "job" } : undefined,
);

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    get("/partners", { deps: { partner } }, ({ partner }) => partner.id),
    get("/jobs", { deps: { job } }, ({ job }) => job.id),
  ],
});
