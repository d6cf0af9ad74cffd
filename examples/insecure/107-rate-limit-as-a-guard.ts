// fails: compile — add an authenticated dependency or { public: "reason" }: this route is unprotected
/**
 * A rate limit, taken for a guard. It counts who asks, and lets everybody in.
 */
import { get } from "lockstep";
import { memoryStore, rateLimit } from "lockstep/rate-limit";
import { token } from "./secure.ts";

const calls = rateLimit({ by: { credential: token }, limits: [{ points: 100, windowSeconds: 60 }], store: memoryStore() });

export const route = get("/totals", { deps: { calls } }, () => 200);
