// fails: answer 403 — over_the_limit
/**
 * A problem without `throw`. The handler finds that the payment is over the limit, says so, and pays. `problem()` throws, so
 * nothing after it runs.
 */
import { z } from "zod";
import { body, post, problem } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const payment = body(z.object({ cents: z.int() }));
const pay = post("/payments", { deps: { user: caller, payment }, status: 200 }, ({ payment }) => {
  if (payment.cents > 10_000) problem(403, "over_the_limit", "Payments end at 100.00.");
  return `paid ${payment.cents}`;
});

export const wrong = ask(serve(pay), "POST /payments", { as: "eve", json: { cents: 1_000_000 } });
export const right = ask(serve(pay), "POST /payments", { as: "eve", json: { cents: 1000 } });
