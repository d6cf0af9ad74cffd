/** The routes of the host suite that show how an API answers. */
import { scopes } from "../access/scopes.ts";
import { depends } from "../dependency/depends.ts";
import { resource } from "../dependency/resource.ts";
import { form } from "../input/form.ts";
import { Unavailable } from "../problem/error.ts";
import { oauthError } from "../problem/oauth-error.ts";
import { problem } from "../problem/problem.ts";
import { reply } from "../outcome/reply.ts";
import { file } from "../route/file.ts";
import { get, post, type Route } from "../route/route.ts";
import { stream } from "../outcome/stream.ts";
import { text } from "../route/text.ts";
import { unchecked } from "../route/unchecked.ts";
import { secret } from "../secret/redacted.ts";
import { plainSchema } from "./plain-schema.ts";
import { canary, NoteTaken, type World } from "./world.ts";
import { type Access, profile } from "./suite-access.ts";

// The suite compares every answer itself.
const response = unchecked("the suite compares every answer");

/** Routes whose handlers return each kind of result. */
export function resultRoutes(world: World, { active, db }: Access): Route[] {
  const hidden = depends({}, (): unknown => ({ id: "alice", passwordHash: secret(`${canary}-hash`) }));
  const failing = resource({}, async function* () {
    yield world;
    throw new TypeError(`commit: ${canary} disk full`);
  });
  const away = depends({}, (): never => {
    throw new Unavailable(`${canary} store is away`, { retryAfterSeconds: 9 });
  });
  const cookies = [
    { name: "__Host-session", value: "v" },
    { name: "theme", value: "dark", maxAgeSeconds: 60 },
  ];
  const wide: { readonly id: string } & Readonly<Record<string, string>> = { id: "alice", passwordHash: `${canary}-hash` };
  const wrong = depends({}, (): { readonly id: string } => JSON.parse('{"id":7}'));
  return [
    get("/text", { public: "a result" }, () => "plain"),
    get("/nothing", { deps: { active }, status: 204 }, () => undefined),
    get("/bytes", { public: "a result", response: file("application/octet-stream") }, () =>
      new Uint8Array([0, 1, 254, 255]).subarray(1),
    ),
    get("/reply", { deps: { active }, response }, () =>
      reply(202, { done: true }, { headers: { "X-Extra": "a", link: ["<a>", "<b>"] }, cookies }),
    ),
    get("/reply/empty", { deps: { active }, status: 204 }, () => "ignored"),
    get("/reply/framed", { deps: { active }, response }, () => reply(200, {}, { headers: { "x-bad": "a\r\nset-cookie: b=c" } })),
    get("/pruned", { deps: { active }, response: profile }, () => wide),
    get("/mismatch", { deps: { active, wrong }, response: profile }, ({ wrong }) => wrong),
    get("/secret", { deps: { active, hidden }, response }, ({ hidden }) => hidden),
    get("/conflict", { deps: { active, db }, problems: { 409: { last_admin: "The last administrator stays." } } }, () => {
      problem(409, "last_admin", "The last administrator stays.", { members: { admins: 1 } });
    }),
    get(
      "/conflict/undeclared",
      { deps: { active, db }, problems: { 409: { last_admin: "The last administrator stays." } } },
      () => {
        problem(409, "last_owner", "The last owner stays.");
      },
    ),
    get("/throttled", { public: "a result" }, () => {
      problem(429, "too_many_requests", "Later.", { headers: { "retry-after": "3" } });
    }),
    get("/taken", { deps: { active, db } }, () => {
      throw new NoteTaken(`${canary}: duplicate key`);
    }),
    get("/crash", { deps: { active, db } }, () => {
      throw new TypeError(`${canary}: no column "passwordHash" in /srv/app.ts`);
    }),
    get("/away", { deps: { active, db, away } }, () => "never"),
    get("/commit-fails", { deps: { active, failing }, response }, () => ({ saved: true })),
  ];
}

/** Routes that answer with streams. */
export function streamRoutes(world: World, { active, db }: Access): Route[] {
  const numbers = async function* (count: number): AsyncGenerator<string, void, void> {
    for (let index = 0; index < count; index += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      world.calls.push(`chunk ${index}`);
      yield `${index}\n`;
    }
  };
  const broken = async function* (): AsyncGenerator<string, void, void> {
    yield* numbers(2);
    throw new TypeError(`${canary} cursor lost`);
  };
  const response = text("text/plain");
  return [
    get("/stream", { deps: { active, db }, response }, () => stream(numbers(3), { headers: { "x-extra": "a" } })),
    get("/stream/bytes", { public: "a result", responses: { 203: file("application/octet-stream") } }, () =>
      stream([new Uint8Array([1, 2]), "é"], { type: "application/octet-stream", status: 203 }),
    ),
    get("/stream/endless", { deps: { active, db }, response }, () => stream(numbers(5000))),
    get("/stream/broken", { deps: { active, db }, response }, () => stream(broken())),
  ];
}

/** Endpoints of OAuth, whose errors have their own form. */
export function oauthRoutes({ active }: Access): Route[] {
  const grant = form(
    plainSchema<{ readonly grant_type: string }>({
      type: "object",
      properties: { grant_type: { type: "string" } },
      required: ["grant_type"],
    }),
  );
  return [
    post("/oauth/token", { public: "signs in", errors: "oauth", deps: { grant }, response }, ({ grant }) => {
      if (grant.grant_type === "password") return { access_token: "given" };
      throw oauthError("unsupported_grant_type", "There is no such grant.");
    }),
    post("/oauth/guarded", { errors: "oauth", deps: { writer: scopes(active, "notes:write") }, response }, () => ({ ok: true })),
  ];
}
