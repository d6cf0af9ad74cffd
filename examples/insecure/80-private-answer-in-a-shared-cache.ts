// fails: answer 500 — cache-control
/**
 * A private answer in a shared cache. `cache-control: public` makes the page fast, and the proxy shows the first user's
 * account to everybody after them. A shared cache must not keep an answer to a known caller.
 */
import { get, reply } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const me = (control: string) =>
  get("/me", { deps: { user: caller } }, ({ user }) => reply(200, user.email, { headers: { "cache-control": control } }));

export const wrong = ask(serve(me("public, max-age=3600")), "GET /me", { as: "eve" });
export const right = ask(serve(me("private, max-age=3600")), "GET /me", { as: "eve" });
