// fails: answer 500 — say which pages may read answers with createApi({ cors })
/**
 * The origin of the request in the answer. The handler lets every page read it, with the cookies of its visitor.
 */
import { z } from "zod";
import { get, header, reply } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const origin = header("Origin", z.string().default("*"));
const echo = get("/me", { deps: { user: caller, origin } }, ({ user, origin }) =>
  reply(200, user.email, { headers: { "access-control-allow-origin": origin, "access-control-allow-credentials": "true" } }),
);
const plain = get("/me", { deps: { user: caller } }, ({ user }) => user.email);
const headers = { origin: "https://evil.example" };

export const wrong = ask(serve(echo), "GET /me", { as: "eve", headers });
export const right = ask(serve(plain), "GET /me", { as: "eve", headers });
