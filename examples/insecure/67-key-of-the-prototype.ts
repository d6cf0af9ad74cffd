// fails: answer 401 — the verb returned an object without an id, which is not a principal
/**
 * A key that every object has. `clients[key]` with the key `__proto__` finds `Object.prototype`, and a client that nobody
 * registered is let in. A principal has its own id, or its class's.
 */
import { apiKeyHeader, authenticate, get } from "lockstep";
import { ask, serve } from "./served.ts";

const clients: Readonly<Record<string, { readonly id: string }>> = { "a-long-random-key": { id: "partner" } };
const partner = authenticate({ key: apiKeyHeader({ name: "X-API-Key" }) }, ({ key }) => clients[key.reveal()]);
const served = serve(get("/feed", { deps: { partner } }, () => "feed"));

export const wrong = ask(served, "GET /feed", { headers: { "x-api-key": "__proto__" } });
export const right = ask(served, "GET /feed", { headers: { "x-api-key": "a-long-random-key" } });
