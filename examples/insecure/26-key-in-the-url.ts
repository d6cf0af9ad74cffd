// fails: compile — Property 'unsafeInUrl' is missing
/**
 * A credential in the address. It ends up in access logs, browser histories, `Referer` headers and screenshots, and stays
 * valid in all of them. Whoever needs it nevertheless says so aloud.
 */
import { apiKeyQuery, authenticate, get, sameSecret } from "lockstep";
import { invoices, rows } from "./secure.ts";

const key = apiKeyQuery({ name: "api_key" });
const partner = authenticate({ key }, ({ key }) => (sameSecret(key, "a long random key") ? { id: "partner" } : undefined));

export const list = get("/invoices", { deps: { partner }, response: rows }, () => [...invoices.values()]);
