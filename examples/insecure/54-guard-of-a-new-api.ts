// fails: compile — Property 'guard' does not exist on type 'Api'
/**
 * A guard that is added to a copy. As a statement, `api.guard(…)` reads as if it guarded the API, but the guarded API is the
 * one that it returns. The guard of a whole API is an option of `createApi()`.
 */
import { activeUser, api } from "./secure.ts";

api.guard(activeUser);

export { api };
