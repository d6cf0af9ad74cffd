// fails: answer 500 — declare { response: schema }
/**
 * The row of a driver without types as the answer. The type of the handler says text, but it returns a row of the database
 * with every column. An object leaves through a response schema, whatever its type says.
 */
import { get } from "lockstep";
import { z } from "zod";
import { ask, caller, serve } from "./served.ts";

const row = (): any => ({ email: "eve@example.com", passwordHash: "$argon2id$…" });
const text = (): string => row();
const response = z.object({ email: z.string() });

export const wrong = ask(serve(get("/me", { deps: { user: caller } }, text)), "GET /me", { as: "eve" });
export const right = ask(serve(get("/me", { deps: { user: caller }, response }, row)), "GET /me", { as: "eve" });
