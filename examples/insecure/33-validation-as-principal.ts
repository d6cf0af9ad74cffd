// fails: compile — authenticate(): return an object with an id, identified(principal, grants)
/**
 * The result of a validation, taken for the validated value. `safeParse()` returns an object for any input, with
 * `success: false` inside. The result of a validation is not a principal.
 */
import { z } from "zod";
import { authenticate, get } from "lockstep";
import { rows, token } from "./secure.ts";

const Session = z.object({ id: z.literal("u3") });
const user = authenticate({ token }, ({ token }) => Session.safeParse({ id: token.reveal() }));

export const me = get("/me", { deps: { user }, response: rows }, () => "welcome");
