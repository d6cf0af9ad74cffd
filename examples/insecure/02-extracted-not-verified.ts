// fails: compile — add an authenticated dependency or { public: "reason" }
/**
 * A token that is extracted and never verified. The route demands a bearer token and the documentation shows a padlock, but
 * any text opens the route. FastAPI's `Depends(oauth2_scheme)` alone does exactly this. A scheme extracts; `authenticate()`
 * verifies.
 */
import { get } from "lockstep";
import { invoices, rows, token } from "./secure.ts";

export const list = get("/invoices", { deps: { token }, response: rows }, ({ token }) => {
  // Anyone can read and change the payload without the key.
  const payload: unknown = JSON.parse(atob(token.reveal().split(".")[1] ?? ""));
  return { payload, invoices: [...invoices.values()] };
});
