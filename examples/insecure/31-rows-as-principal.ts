// fails: compile — authenticate(): return an object with an id, identified(principal, grants)
/**
 * The rows of a query, taken for a user. `db.select().from(users).where(…)` returns a list. An empty list is as true as any
 * other value, so every token lets its sender in. A principal is one object with an id.
 */
import { authenticate, get } from "lockstep";
import { rows, token, users } from "./secure.ts";

const user = authenticate({ token }, ({ token }) => [...users.values()].filter((each) => each.id === token.reveal()));

export const me = get("/me", { deps: { user }, response: rows }, () => "welcome");
