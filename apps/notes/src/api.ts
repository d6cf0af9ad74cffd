/** The API: every route with its access, in one table. */
import {
  type Api,
  type AuditSink,
  body,
  createApi,
  del,
  get,
  group,
  notFound,
  patch,
  post,
  problem,
  reply,
  type Route,
  scopes,
} from "lockstep";
import type { Identity } from "lockstep-identity";
import type { Logger } from "pino";
import { type Access, access } from "./access.ts";
import { Data, Feed, Message, Note, NoteList, NoteText, Profile, UserChange, UserList } from "./schema.ts";
import type { NoteScope } from "./scopes.ts";
import type { Store } from "./store/store.ts";
import { listUsers } from "./user.ts";

/** What the API runs on. */
export interface Services {
  readonly store: Store;
  readonly auth: Identity<NoteScope>;
  /** Takes unexpected errors. */
  readonly log: Logger;
  readonly audit: AuditSink;
  /** Who may read the documentation: everybody in the demo, administrators in production. */
  readonly docs: "open" | "administrators";
}

/** Makes the API. */
export function notesApi(services: Services): Api {
  const { store, auth, audit, log, docs } = services;
  const rules = access(store, auth);
  return createApi({
    title: "Notes",
    version: "1.0.0",
    description: "Notes that only their owner can read. Press **Authorize** and sign in.",
    routes: [...routes(rules, auth), ...auth.routes, ...auth.adminRoutes(rules.admin)],
    docs: docs === "open" ? { public: "the demo, on this machine only" } : { access: rules.admin },
    audit,
    onError: (error, about) => log.error({ ...about, err: error }, "unexpected error"),
  });
}

function routes(rules: Access, auth: Identity<NoteScope>): Route[] {
  const { db, currentUser, activeUser, reader, writer, anyCaller, ownNote, page } = rules;
  const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: auth.apiClient } });

  return [
    get("/health", { tags: ["Open to everyone"], public: "load balancer probe" }, () => "Ok"),
    get("/public", { tags: ["Open to everyone"], public: "shows a route without sign-in", response: Message }, () => ({
      message: "Hello stranger",
    })),

    get("/me", { tags: ["Me"], deps: { user: currentUser }, response: Profile }, ({ user }) => user),
    get("/private", { tags: ["Me"], deps: { user: activeUser }, response: Message }, ({ user }) => ({
      message: `Hello ${user.email}`,
    })),
    get("/profile", { tags: ["Me"], deps: { user: activeUser }, response: Profile }, ({ user }) => user),

    get("/notes", { tags: ["Notes"], deps: { user: reader, page, db }, response: NoteList }, async ({ user, page, db }) => ({
      items: await db.notes.list(user.id, page),
      ...page,
    })),
    post(
      "/notes",
      { tags: ["Notes"], deps: { user: writer, note: body(NoteText), db }, response: Note, status: 201 },
      async ({ user, note: { text }, db }) => {
        const note = await db.notes.add(user.id, text);
        return reply(201, note, { headers: { location: `/notes/${note.id}` } });
      },
    ),
    get("/notes/:id", { tags: ["Notes"], deps: { note: ownNote, user: reader }, response: Note }, ({ note }) => note),
    patch(
      "/notes/:id",
      { tags: ["Notes"], deps: { note: ownNote, user: writer, change: body(NoteText), db }, response: Note },
      async ({ note, change, db }) => (await db.notes.update(note, change.text)) ?? gone(),
    ),
    del("/notes/:id", { tags: ["Notes"], deps: { note: ownNote, user: writer, db }, status: 204 }, ({ note, db }) =>
      db.notes.remove(note),
    ),

    ...administration(rules, auth),

    v1.get("/data", { response: Data }, ({ client }) => ({ data: client.name })),
    get("/feed", { tags: ["People and programs"], deps: { who: anyCaller }, response: Feed }, ({ who }) => ({
      via: who.via,
      name: who.via === "user" ? who.value.email : who.value.name,
    })),
  ];
}

function administration({ db, admin, anyNote, anyUser, page }: Access, auth: Identity<NoteScope>): Route[] {
  const tags = ["Administration"];
  return [
    get("/admin/users", { tags, deps: { admin, page, db }, response: UserList }, async ({ page, db }) => ({
      items: await listUsers(page, db, auth.accounts),
      ...page,
    })),
    patch(
      "/admin/users/:id",
      {
        tags,
        deps: { user: anyUser, change: body(UserChange), db },
        response: Profile,
        problems: { 409: lastAdministrator },
      },
      async ({ user, change, db }) => {
        const profile = (await db.profiles.update(user.id, change)) ?? lastAdmin();
        // Other rights, another session: a browser that was signed in before signs in again (OWASP ASVS 7.2.4).
        if (profile.role !== user.role) await auth.accounts.endSessions(user.id, { kind: "browser", reason: "privileges_changed" });
        return { ...user, ...profile };
      },
    ),
    del(
      "/admin/notes/:id",
      { tags, deps: { note: anyNote, admin: scopes(admin, "notes:write"), db }, status: 204 },
      ({ note, db }) => db.notes.remove(note),
    ),
  ];
}

/** The note was deleted while its change was on the way: the same answer as if it had never been there. */
function gone(): never {
  throw notFound();
}

const lastAdministrator = "The last active administrator cannot be demoted or deactivated.";

function lastAdmin(): never {
  throw problem(409, "last_admin", lastAdministrator);
}
