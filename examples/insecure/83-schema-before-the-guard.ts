// fails: answer 401 — authentication.absent
/**
 * A stranger who learns the schema. Where inputs are validated first, anybody is told member by member what the body looks
 * like, and the server reads as many bodies as they send. Who is asking comes first, whatever else is wrong.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const sent = body(z.object({ total: z.number() }));
const served = serve(post("/invoices", { deps: { user: caller, sent } }, ({ sent }) => sent.total));

export const wrong = ask(served, "POST /invoices", { json: { amount: "?" } });
export const right = ask(served, "POST /invoices", { as: "eve", json: { total: 80 } });
