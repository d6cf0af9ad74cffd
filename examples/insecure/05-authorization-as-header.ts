// fails: compile — declare a security scheme instead: documentation tools drop this header
/**
 * `Authorization` as an ordinary header parameter. It works, but documentation tools drop it silently (OpenAPI 3.1
 * §4.8.12.1). There is no padlock, no Authorize button, and the comparison stops at the first wrong character. A scheme
 * solves all of this.
 */
import { z } from "zod";
import { get, header, problem } from "lockstep";
import { invoices, rows } from "./secure.ts";

const authorization = header("Authorization", z.string());

export const list = get(
  "/invoices",
  { public: "checks its own token", deps: { authorization }, response: rows },
  ({ authorization }) => {
    if (authorization !== "Bearer a long random key") problem(401, "wrong_key", "The key is wrong.");
    return [...invoices.values()];
  },
);
