// fails: compile — return no Secret, or declare a response schema without it: a Secret is never sent
/**
 * The whole row as the answer. The row was `{ id, email }` when the route was written. A year later somebody added the
 * column with the password hash, and the route sent it. A result cannot hold a `Secret`; a response schema would have
 * dropped it.
 */
import { get } from "lockstep";
import { role, users } from "./secure.ts";

const clerk = role.require("clerk");

export const list = get("/users", { deps: { clerk } }, async () => [...users.values()]);
