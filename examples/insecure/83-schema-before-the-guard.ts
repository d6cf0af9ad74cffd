// fails: answer 401 — authentication.absent
/**
 * A stranger who learns the schema. If inputs are validated first, anybody can learn the members of the body one by one, and
 * the server reads every body that they send. In Lockstep, the credential is checked first, whatever else is wrong.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const sent = body(z.object({ total: z.number() }));
const served = serve(post("/invoices", { deps: { user: caller, sent }, status: 200 }, ({ sent }) => sent.total));

export const wrong = ask(served, "POST /invoices", { json: { amount: "?" } });
export const right = ask(served, "POST /invoices", { as: "eve", json: { total: 80 } });
