// fails: answer 422 — invalid_input
/**
 * A member of a body that nobody declared. `{ "name": "Eve", "role": "admin" }` is merged into the account. This is mass
 * assignment. A body is strict, so a member outside its schema is refused.
 */
import { z } from "zod";
import { body, patch } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const change = body(z.object({ name: z.string() }));
const served = serve(patch("/me", { deps: { user: caller, change }, status: 200 }, ({ change }) => Object.keys(change).join()));

export const wrong = ask(served, "PATCH /me", { as: "eve", json: { name: "Eve", role: "admin" } });
export const right = ask(served, "PATCH /me", { as: "eve", json: { name: "Eve" } });
