/** The API that the host suite tests: each verb, each kind of credential, each kind of result. */
import { permitted } from "../access/permitted.ts";
import { sameSite } from "../access/same-site.ts";
import { scopes } from "../access/scopes.ts";
import { stepUp } from "../access/step-up.ts";
import { depends } from "../dependency/depends.ts";
import { optional } from "../dependency/optional.ts";
import { body } from "../input/body.ts";
import { form } from "../input/form.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { type Api, createApi } from "../api/api.ts";
import { reply } from "../outcome/reply.ts";
import { del, get, patch, post, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { addedHeaderRoutes } from "./added-header-routes.ts";
import { bodyRoutes } from "./body-routes.ts";
import { boundRoutes } from "./bound-routes.ts";
import { laterRoutes } from "./later-routes.ts";
import { limitedRoutes } from "./limited-routes.ts";
import { anyText, maybeInteger, texts } from "./plain-schema.ts";
import { problem } from "../problem/problem.ts";
import { NoteTaken, type Person, type World } from "./world.ts";
import { type Access, accessOf, noteChange, noteId, ranOn } from "./suite-access.ts";
import { webhookRoutes } from "./webhook-routes.ts";
import { oauthRoutes, resultRoutes, streamRoutes } from "./suite-answers.ts";

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
    translate: [[NoteTaken, () => problem(409, "note_taken", "There is a note of this name.")]],
    onAnswer: (event) => void world.answers.push(event),
    observe: { begin: (request) => world.begin(request) },
    routes: [
      ...noteRoutes(world, access),
      ...callerRoutes(world, access),
      ...resultRoutes(world, access),
      ...streamRoutes(world, access),
      ...bodyRoutes(world, access.db, scopes(access.active, "notes:write")),
      ...boundRoutes(world),
      ...oauthRoutes(access),
      ...webhookRoutes(world),
      ...addedHeaderRoutes(access.active),
      ...laterRoutes(world, access),
      ...limitedRoutes(world, access.active),
    ],
  });
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

function callerRoutes(world: World, { active, user, service, session, login, either, role, db }: Access): Route[] {
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
    get(
      "/any-note/:id",
      {
        deps: { note: permitted({ id: path("id", noteId), admin: role.require("admin"), db }, ({ id, db }) => db.findNote(id)) },
        response,
      },
      ({ note }) => ran("GET /any-note/:id", note),
    ),
    get("/writer", { deps: { writer: scopes(active, "notes:write", "notes:read") }, response }, ({ writer }) =>
      ran("GET /writer", { id: writer.id }),
    ),
    get("/payer", { deps: { payer: stepUp(active, { maxAgeSeconds: 3600, acr: ["phr", "phrh"] }) }, response }, ({ payer }) =>
      ran("GET /payer", { id: payer.id }),
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
