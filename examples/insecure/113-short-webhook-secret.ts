// fails: start-up weak_key — use a secret of at least 16 random bytes
/**
 * The secret of a webhook that can be guessed. Anyone who guesses it sends events that were never paid.
 */
import { z } from "zod";
import { post } from "lockstep";
import { githubWebhook } from "lockstep/webhook";

const pushed = githubWebhook({ secrets: ["invoices"], payload: z.object({ ref: z.string() }) });

export const route = post("/hooks/github", { deps: { pushed } }, ({ pushed }) => console.log(pushed.payload.ref));
