// fails: answer 500 — transfer-encoding
/**
 * A header that changes the framing of the answer. The headers of an upstream are copied to the answer, `transfer-encoding`
 * among them, and the proxy in front reads two answers. Only the core may frame an answer.
 */
import { get, reply } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const upstream = new Map([
  ["x-rate-left", "7"],
  ["transfer-encoding", "chunked"],
]);
const copy = get("/copy", { deps: { user: caller } }, () => reply(200, "ok", { headers: Object.fromEntries(upstream) }));
const pick = get("/copy", { deps: { user: caller } }, () =>
  reply(200, "ok", { headers: { "x-rate-left": upstream.get("x-rate-left") ?? "" } }),
);

export const wrong = ask(serve(copy), "GET /copy", { as: "eve" });
export const right = ask(serve(pick), "GET /copy", { as: "eve" });
