// fails: compile — add an authenticated dependency or { public: "reason" }
/**
 * Alternatives of which one lets anybody in. The rule is "a user, or our own front end". The front end says so in a header,
 * and so can everybody else. `anyOf()` protects only if every branch does.
 */
import { z } from "zod";
import { anyOf, depends, get, header } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

const frontEnd = depends({ from: header("X-Requested-From", z.literal("front-end")) }, ({ from }) => ({ name: from }));

export const list = get("/invoices", { deps: { caller: anyOf({ user: activeUser, frontEnd }) }, response: rows }, () => [
  ...invoices.values(),
]);
