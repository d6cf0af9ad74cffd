// fails: answer 403 — allow() was given a boolean, which it does not accept
/**
 * `allow()` of a permission that is `false`. The row came without types. The developer meant "allow this", but the code says
 * "allow `false`". `allow()` takes a value, and a boolean is not accepted.
 */
import { allow, authorize, deny, get } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const plans: ReadonlyMap<string, any> = new Map([
  ["u2", { name: "basic", mayExport: false }],
  ["u3", { name: "all", mayExport: true }],
]);
const wronglyAsked = authorize({ user: caller }, ({ user }) => allow(plans.get(user.id).mayExport));
const plan = authorize({ user: caller }, ({ user }) =>
  plans.get(user.id)?.mayExport ? allow(plans.get(user.id)) : deny("no export"),
);

export const wrong = ask(serve(get("/export", { deps: { wronglyAsked } }, () => "rows")), "GET /export", { as: "eve" });
export const right = ask(serve(get("/export", { deps: { plan } }, () => "rows")), "GET /export", { as: "root" });
