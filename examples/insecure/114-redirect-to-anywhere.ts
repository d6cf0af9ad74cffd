// fails: answer 400 — malformed_request
/**
 * A redirect to the address that the client names. A link to this site leads to another one that looks like it. A redirect leads
 * to the API's own origin or to a listed one.
 */
import { z } from "zod";
import { get, query, redirect } from "lockstep";
import { ask, serve } from "./served.ts";

const next = query("next", z.string());
const served = serve(
  get("/signed-in", { public: "leads on after the sign-in", deps: { next }, status: 303 }, ({ next }) => redirect(next)),
);

export const wrong = ask(served, "GET /signed-in?next=//evil.example");
export const right = ask(served, "GET /signed-in?next=/invoices");
