// fails: start-up override_in_production — run api.with() under a test runner
/**
 * The test double that is shipped. A fake user for the demonstration is behind a flag, and the flag is set on the server
 * too. Overrides work under a test runner only. If `NODE_ENV` is `production`, `staging` or not set, they are refused.
 */
import { api, currentUser, users } from "./secure.ts";

const demo = users.get("u1");

export const demoApi = demo === undefined ? api : api.with([[currentUser, demo]]);
