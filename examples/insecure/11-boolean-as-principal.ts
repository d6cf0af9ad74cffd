// fails: compile — authenticate() must return a principal (an object with an id)
/**
 * A check that answers true or false. Whoever calls it has to remember to look at the answer, and `false` is a value like any
 * other. `authenticate()` gives the principal or nothing: there is no answer to forget.
 */
import { authenticate, get, sameSecret } from "lockstep";
import { invoices, key, rows } from "./secure.ts";

const isPartner = authenticate({ key }, ({ key }) => sameSecret(key, "a long random key"));

export const list = get("/invoices", { deps: { isPartner }, response: rows }, () => [...invoices.values()]);
