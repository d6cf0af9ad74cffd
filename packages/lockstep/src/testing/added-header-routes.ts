/** The routes of the suite's API whose dependencies add headers and cookies to the answer. */
import { depends } from "../dependency/depends.ts";
import type { Authorized } from "../dependency/dependency.ts";
import { responseCookie } from "../input/response-cookie.ts";
import { responseHeaders } from "../input/response-headers.ts";
import { deny } from "../outcome/deny.ts";
import { reply } from "../outcome/reply.ts";
import { stream } from "../outcome/stream.ts";
import { problem } from "../problem/problem.ts";
import { get, type Route } from "../route/route.ts";
import { text } from "../route/text.ts";
import { unchecked } from "../route/unchecked.ts";
import type { Person } from "./world.ts";

const response = unchecked("the suite compares every answer");

/** Routes with the same added headers, and one of each kind of result. */
export function addedHeaderRoutes(active: Authorized<Person>): Route[] {
  const headers = responseHeaders({
    "X-Count": "How many there are.",
    Link: "The pages beside this one.",
    "Cache-Control": "How long the caller's browser may keep it.",
  });
  const seen = responseCookie({ name: "seen" });
  const added = depends({ headers, seen }, async ({ headers, seen }) => {
    await Promise.resolve();
    headers.set("X-Count", "7");
    headers.append("Link", "<a>; rel=next");
    headers.append("Link", "<b>; rel=prev");
    headers.set("Cache-Control", "private, max-age=60");
    seen.set("1");
  });
  const deps = { active, added };
  return [
    get("/added", { deps, response }, () => ({ ok: true })),
    get("/added/nothing", { deps, status: 204 }, () => undefined),
    get("/added/stream", { deps, response: text("text/plain") }, () => stream(["a", "b"])),
    get("/added/redirect", { deps, status: 303 }, () => reply(303, undefined, { headers: { location: "/health" } })),
    get("/added/reply", { deps, response }, () =>
      reply(200, {}, { headers: { "x-count": "8" }, cookies: [{ name: "theme", value: "dark" }] }),
    ),
    get("/added/conflict", { deps }, () => problem(409, "taken", "It is taken.")),
    get("/added/refused", { deps }, () => deny("not now")),
    get("/added/crash", { deps }, () => {
      throw new TypeError("a bug");
    }),
  ];
}
