// fails: answer 500 — return the body among the signed parts of read()
/**
 * A signature that does not cover the body. The sender signs the id and the body, and `read()` returns the id only. Anyone who
 * has recorded the headers of one event could send any event with them.
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { post } from "lockstep";
import { webhookSignature } from "lockstep/webhook";
import { ask, serve } from "./served.ts";

const key = "q8Zk3vT9wYb2Lm5Rj7Xn4Pc6Hd1Fg0Sa";
const event = { paid: "i1" };
const receive = (covers: boolean) => {
  const hook = webhookSignature({
    sender: "bank",
    secrets: [key],
    signatureHeader: "X-Signature",
    signedHeaders: { id: "X-Event" },
    read: ({ signature, headers: { id }, body }) => ({ signatures: [signature], signed: covers ? [id, body] : [id] }),
    payload: z.object({ paid: z.string() }),
  });
  return serve(post("/hooks/bank", { deps: { hook }, status: 200 }, ({ hook }) => hook.payload.paid));
};
const signed = (content: string) => ({ "x-event": "e1", "x-signature": createHmac("sha256", key).update(content).digest("hex") });

export const wrong = ask(receive(false), "POST /hooks/bank", { json: event, headers: signed("e1") });
export const right = ask(receive(true), "POST /hooks/bank", { json: event, headers: signed(`e1${JSON.stringify(event)}`) });
