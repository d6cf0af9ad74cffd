// fails: compile — Property 'guard' does not exist on type 'Api'
/**
 * A guard that is put on a copy. `api.guard(…)` as a statement reads as if it guarded the API, and what it returns is the
 * guarded one. The guard of a whole API is an option of `createApi()`.
 */
import { activeUser, api } from "./secure.ts";

api.guard(activeUser);

export { api };
