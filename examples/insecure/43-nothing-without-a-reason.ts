// fails: compile — Type '"nothing"' is not assignable to type 'Identifies
/**
 * A check that is switched off without a reason. The compiler asks for an owner, and one option would silence it. If an
 * input is not the id of an object, say so with a reason, `nothing("…")`. The document shows the reason to everybody.
 */
import { z } from "zod";
import { path } from "lockstep";

export const id = path("id", z.string(), { identifies: "nothing" });
