// fails: compile — authenticate(): return an object with an id, identified(principal, grants)
/**
 * An authentication that returns true or false. Its caller must remember to look at the result, and `false` is a value like
 * any other. `authenticate()` returns the principal or nothing, so there is no result to forget.
 */
import { authenticate, get, sameSecret } from "lockstep";
import { invoices, key, rows } from "./secure.ts";

const isPartner = authenticate({ key }, ({ key }) => sameSecret(key, "a long random key"));

export const list = get("/invoices", { deps: { isPartner }, response: rows }, () => [...invoices.values()]);
