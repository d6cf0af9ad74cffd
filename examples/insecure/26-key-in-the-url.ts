// fails: compile — Property 'unsafeInUrl' is missing
/**
 * A credential in the URL. Access logs, browser histories, `Referer` headers and screenshots contain it, and it stays valid
 * in all of them. If you need it nevertheless, you must say that it is unsafe.
 */
import { apiKeyQuery, authenticate, get, sameSecret } from "lockstep";
import { invoices, rows } from "./secure.ts";

const key = apiKeyQuery({ name: "api_key" });
const partner = authenticate({ key }, ({ key }) => (sameSecret(key, "a long random key") ? { id: "partner" } : undefined));

export const list = get("/invoices", { deps: { partner }, response: rows }, () => [...invoices.values()]);
