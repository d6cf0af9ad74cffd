// fails: answer 500 — secret_in_response
/**
 * A secret inside an answer that nobody checked. The export lets everything through, and the compiler sees only `unknown`
 * members. A `Secret` does not become JSON, so the answer fails and nothing leaves.
 */
import { get, unchecked } from "lockstep";
import { users } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const response = unchecked("the support tool shows whole rows");
const dump = (names: readonly string[]): Record<string, unknown>[] =>
  [...users.values()].map((user) => Object.fromEntries(Object.entries(user).filter(([name]) => names.includes(name))));

export const wrong = ask(
  serve(get("/dump", { deps: { user: caller }, response }, () => dump(["id", "passwordHash"]))),
  "GET /dump",
  { as: "root" },
);
export const right = ask(serve(get("/dump", { deps: { user: caller }, response }, () => dump(["id"]))), "GET /dump", {
  as: "root",
});
