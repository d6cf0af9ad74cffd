/** The API that the host suite tests: each verb, each kind of credential, each kind of result. */
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { owned } from "../access/owned.ts";
import { roles } from "../access/roles.ts";
import { sameSite } from "../access/same-site.ts";
import { anyScope, scopes } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
import { depends } from "../dependency/depends.ts";
import { optional } from "../dependency/optional.ts";
import { resource } from "../dependency/resource.ts";
import { body } from "../input/body.ts";
import { form } from "../input/form.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { Unavailable } from "../problem/error.ts";
import { oauthError } from "../problem/oauth-error.ts";
import { problem } from "../problem/problem.ts";
import { type Api, createApi } from "../api/api.ts";
import { reply } from "../outcome/reply.ts";
import { del, get, patch, post, type Route } from "../route/route.ts";
import { stream } from "../outcome/stream.ts";
import { unchecked } from "../route/unchecked.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { sameSecret } from "../secret/same-secret.ts";
import { secret } from "../secret/redacted.ts";
import { anyText, maybeInteger, plainSchema, texts } from "./plain-schema.ts";
import { canary, type Person, serviceKey, type World } from "./world.ts";

const noteId = plainSchema<string>({ type: "string", maxLength: 8 });
const noteChange = plainSchema<{ readonly text: string }>({
  type: "object",
  properties: { text: { type: "string", maxLength: 100 } },
  required: ["text"],
});
const profile = plainSchema<{ readonly id: string }>({ type: "object", properties: { id: { type: "string" } }, required: ["id"] });

// The suite compares every answer itself.
const response = unchecked("the suite compares every answer");

/** The origin whose pages may send cookies. */
export const trustedOrigin = "https://app.test";

/** The largest body that the suite's API accepts, in bytes. */
export const maxBodyBytes = 1024;

/** Creates the suite's API on top of a world. */
export function suiteApi(world: World): Api {
  const access = accessOf(world);
  return createApi({
    title: "Suite",
    version: "1",
    origins: [trustedOrigin],
    limits: { maxBodyBytes },
    audit: (event) => void world.events.push(event),
    onError: (error) => void world.errors.push(error),
    routes: [
      ...noteRoutes(world, access),
      ...callerRoutes(world, access),
      ...resultRoutes(world, access),
      ...streamRoutes(world, access),
      ...oauthRoutes(access),
    ],
  });
}

type Access = ReturnType<typeof accessOf>;

function accessOf(world: World) {
  const token = oauth2PasswordBearer({
    tokenUrl: "/oauth/token",
    scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
  });
  const key = apiKeyHeader({ name: "X-API-Key" });
  const cookie = apiKeyCookie({ name: "__Host-session" });
  const basic = httpBasic();
  const db = resource({}, async function* () {
    world.calls.push("open");
    try {
      yield world;
    } catch (error) {
      world.calls.push(`rollback ${error instanceof Error ? error.name : typeof error}`);
      throw error;
    }
    world.calls.push("commit");
  });
  const user = authenticate({ token, db }, ({ token, db }) => db.verify(token.reveal()));
  const active = authorize({ user }, ({ user }) => (user.isActive ? user : deny("inactive")));
  const role = roles({ admin: ["user"], user: [] }, active, (person) => person.role, { reachAny: ["admin"] });
  const service = authenticate({ key }, ({ key }) => (sameSecret(key, serviceKey) ? { id: "service" } : undefined));
  const session = authenticate({ cookie, db }, ({ cookie, db }) => db.verify(cookie.reveal()));
  const login = authenticate({ basic, db }, ({ basic, db }) => {
    const { username, password } = basic.reveal();
    return password === serviceKey ? db.findPerson(username) : undefined;
  });
  const ownNote = owned(
    { id: path("id", noteId), user: active, db },
    ({ id, db }) => db.findNote(id),
    (note) => note.ownerId,
  );
  const either = anyOf({ session, user: anyScope(user, "the suite asks which branch was used"), service });
  return { db, user, active, role, service, session, login, ownNote, either };
}

function noteRoutes(world: World, { active, ownNote, db }: Access): Route[] {
  const change = body(noteChange);
  const writer = scopes(active, "notes:write");
  const ran = ranOn(world);
  return [
    get("/notes/:id", { deps: { note: ownNote }, response }, ({ note }) => ran("GET /notes/:id", note)),
    patch("/notes/:id", { deps: { note: ownNote, writer, change }, response }, ({ note, change }) =>
      ran("PATCH /notes/:id", { ...note, ...change }),
    ),
    del("/notes/:id", { deps: { note: ownNote, writer } }, () => ran("DELETE /notes/:id", undefined)),
    post("/notes", { deps: { writer, change, db }, response }, ({ change }) =>
      ran("POST /notes", reply(201, change, { headers: { location: "/notes/n3" } })),
    ),
    post("/upload", { deps: { writer, file: rawBody({ identifies: nothing("a file to be counted") }) }, response }, ({ file }) =>
      ran("POST /upload", { bytes: file.length }),
    ),
    post("/form", { deps: { writer, form: form(noteChange) }, response }, ({ form }) => ran("POST /form", form)),
    get(
      "/search",
      { deps: { active, q: query("q", anyText), limit: query("limit", maybeInteger), tag: query("tag", texts) }, response },
      ({ q, limit, tag }) => ran("GET /search", { q, limit, tag }),
    ),
  ];
}

function callerRoutes(world: World, { active, user, service, session, login, either, role }: Access): Route[] {
  const ran = ranOn(world);
  const maybe = optional(user);
  const slow = depends({ active }, async ({ active }): Promise<Person> => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    return active;
  });
  const said = body(noteChange);
  const signedIn = { cookies: [{ name: "__Host-session", value: "v" }] };
  return [
    get("/health", { public: "probe", response }, () => ran("GET /health", { ok: true })),
    get("/me", { deps: { user }, response }, ({ user }) => ran("GET /me", { id: user.id })),
    get("/active", { deps: { active }, response }, ({ active }) => ran("GET /active", { id: active.id })),
    get("/admin", { deps: { admin: role.require("admin") }, response }, ({ admin }) => ran("GET /admin", { id: admin.id })),
    get(
      "/people/:id",
      { deps: { active, id: path("id", anyText, { identifies: nothing("only repeated") }) }, response },
      ({ id }) => ran("GET /people/:id", { id }),
    ),
    get("/people/root", { deps: { admin: role.require("admin") }, response }, () => ran("GET /people/root", { is: "admin" })),
    get("/writer", { deps: { writer: scopes(active, "notes:write", "notes:read") }, response }, ({ writer }) =>
      ran("GET /writer", { id: writer.id }),
    ),
    get("/service", { deps: { service }, response }, ({ service }) => ran("GET /service", service)),
    get("/both", { deps: { user, service }, response }, ({ user }) => ran("GET /both", { id: user.id })),
    get("/maybe", { public: "says more to those who sign in", deps: { maybe }, response }, ({ maybe }) =>
      ran("GET /maybe", { id: maybe?.id ?? "nobody" }),
    ),
    get("/either", { deps: { either }, response }, ({ either }) => ran("GET /either", { via: either.via, id: either.value.id })),
    post("/either", { deps: { either }, response }, ({ either }) => ran("POST /either", { via: either.via, id: either.value.id })),
    get("/session", { deps: { session }, response }, ({ session }) => ran("GET /session", { id: session.id })),
    post("/session", { deps: { session }, response }, ({ session }) => ran("POST /session", { id: session.id })),
    post("/session/body", { deps: { session, said }, response }, ({ session }) => ran("POST /session/body", { id: session.id })),
    post("/sign-in", { public: "signs in", deps: { sameSite: sameSite(), said } }, () =>
      ran("POST /sign-in", reply(204, undefined, signedIn)),
    ),
    get("/sign-in", { public: "shows a form", deps: { sameSite: sameSite() }, response }, () => ran("GET /sign-in", { ok: true })),
    post("/login", { deps: { login }, response }, ({ login }) => ran("POST /login", { id: login.id })),
    get("/slow", { deps: { slow, active }, response }, ({ slow, active }) => ran("GET /slow", { ids: [slow.id, active.id] })),
  ];
}

function resultRoutes(world: World, { active, db }: Access): Route[] {
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
    get("/nothing", { deps: { active } }, () => undefined),
    get("/bytes", { public: "a result" }, () => new Uint8Array([0, 1, 254, 255]).subarray(1)),
    get("/reply", { deps: { active }, response }, () =>
      reply(202, { done: true }, { headers: { "X-Extra": "a", link: ["<a>", "<b>"] }, cookies }),
    ),
    get("/reply/empty", { deps: { active }, status: 204 }, () => "ignored"),
    get("/reply/framed", { deps: { active }, response }, () => reply(200, {}, { headers: { "x-bad": "a\r\nset-cookie: b=c" } })),
    get("/pruned", { deps: { active }, response: profile }, () => wide),
    get("/mismatch", { deps: { active, wrong }, response: profile }, ({ wrong }) => wrong),
    get("/secret", { deps: { active, hidden }, response }, ({ hidden }) => hidden),
    get("/conflict", { deps: { active, db } }, () => {
      problem(409, "last_admin", "The last administrator stays.", { members: { admins: 1 } });
    }),
    get("/throttled", { public: "a result" }, () => {
      problem(429, "too_many_requests", "Later.", { headers: { "retry-after": "3" } });
    }),
    get("/crash", { deps: { active, db } }, () => {
      throw new TypeError(`${canary}: no column "passwordHash" in /srv/app.ts`);
    }),
    get("/away", { deps: { active, db, away } }, () => "never"),
    get("/commit-fails", { deps: { active, failing }, response }, () => ({ saved: true })),
  ];
}

function streamRoutes(world: World, { active, db }: Access): Route[] {
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
  const type = "text/plain";
  return [
    get("/stream", { deps: { active, db } }, () => stream(numbers(3), { type, headers: { "x-extra": "a" } })),
    get("/stream/bytes", { public: "a result" }, () =>
      stream([new Uint8Array([1, 2]), "é"], { type: "application/octet-stream", status: 203 }),
    ),
    get("/stream/endless", { deps: { active, db } }, () => stream(numbers(5000), { type })),
    get("/stream/broken", { deps: { active, db } }, () => stream(broken(), { type })),
  ];
}

function oauthRoutes({ active }: Access): Route[] {
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

/** Records that a handler ran, and returns its result. */
function ranOn(world: World): <T>(route: string, result: T) => T {
  return (route, result) => {
    world.handled.push(route);
    return result;
  };
}
