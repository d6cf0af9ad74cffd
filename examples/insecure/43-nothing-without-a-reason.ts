// fails: compile — Type '"nothing"' is not assignable to type 'Identifies
/**
 * A check that is switched off with a word. The compiler asks for an owner, and one option would make it silent. What an id
 * is instead of an object is said with a reason, `nothing("…")`, which stands in the document for everybody to read.
 */
import { z } from "zod";
import { path } from "lockstep";

export const id = path("id", z.string(), { identifies: "nothing" });
