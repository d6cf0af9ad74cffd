// fails: answer 401 — the verb returned an array, which is not a principal
/**
 * The rows of a driver without types, taken for a user. `pg` returns `any`, so the compiler does not object, and an empty
 * list would be a caller. Anything but one object with an id is refused.
 */
import { authenticate, get } from "lockstep";
import { users } from "./secure.ts";
import { ask, bearer, serve } from "./served.ts";

const select = (id: string): any => [...users.values()].filter((user) => user.id === id);
const user = authenticate({ bearer }, ({ bearer }) => select(bearer.reveal()));
const first = authenticate({ bearer }, ({ bearer }) => select(bearer.reveal())[0]);

const question = { headers: { authorization: "Bearer u1" } };
export const wrong = ask(serve(get("/me", { deps: { user } }, () => "welcome")), "GET /me", question);
export const right = ask(serve(get("/me", { deps: { first } }, () => "welcome")), "GET /me", question);
