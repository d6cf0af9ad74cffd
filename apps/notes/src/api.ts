/** The API: every route with its access, in one table. */
import { type Api, type AuditSink, body, createApi, get, group, notFound, problem, reply, type Route } from "lockstep";
import type { Identity } from "lockstep-identity";
import type { Logger } from "pino";
import { type Access, access } from "./access.ts";
import { Data, Feed, Message, Note, NoteList, NoteText, Profile, UserChange, UserList } from "./schema.ts";
import type { NoteScope } from "./scopes.ts";
import type { Store } from "./store/store.ts";
import { listUsers } from "./user.ts";

/** The services that the API uses. */
export interface Services {
  readonly store: Store;
  readonly auth: Identity<NoteScope>;
  /** The log for unexpected errors. */
  readonly log: Logger;
  readonly audit: AuditSink;
  /** Who may read the documentation: everyone in the demo, administrators in production. */
  readonly docs: "open" | "administrators";
}

/** Creates the API. */
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
  const open = group({ prefix: "", tags: ["Open to everyone"] });
  const me = group({ prefix: "", tags: ["Me"] });
  const notes = group({ prefix: "/notes", tags: ["Notes"], deps: { db } });
  const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: auth.apiClient } });

  return [
    open.get("/health", { public: "load balancer probe" }, () => "Ok"),
    open.get("/public", { public: "shows a route without sign-in", response: Message }, () => ({ message: "Hello stranger" })),

    me.get("/me", { deps: { user: currentUser }, response: Profile }, ({ user }) => user),
    me.get("/private", { deps: { user: activeUser }, response: Message }, ({ user }) => ({
      message: `Hello ${user.email ?? user.id}`,
    })),
    me.get("/profile", { deps: { user: activeUser }, response: Profile }, ({ user }) => user),

    notes.get("/", { deps: { user: reader, page }, response: NoteList }, async ({ user, page, db }) => ({
      items: await db.notes.list(user.id, page),
      ...page,
    })),
    notes.post(
      "/",
      { deps: { user: writer, note: body(NoteText) }, response: Note, status: 201 },
      async ({ user, note: { text }, db }) => {
        const note = await db.notes.add(user.id, text);
        return reply(201, note, { headers: { location: `/notes/${note.id}` } });
      },
    ),
    notes.get("/:id", { deps: { note: ownNote, user: reader }, response: Note }, ({ note }) => note),
    notes.patch(
      "/:id",
      { deps: { note: ownNote, user: writer, change: body(NoteText) }, response: Note },
      async ({ note, change, db }) => (await db.notes.update(note, change.text)) ?? notFound(),
    ),
    notes.del("/:id", { deps: { note: ownNote, user: writer }, status: 204 }, ({ note, db }) => db.notes.remove(note)),

    ...administration(rules, auth),

    v1.get("/data", { response: Data }, ({ client }) => ({ data: client.name })),
    get("/feed", { tags: ["People and programs"], deps: { who: anyCaller }, response: Feed }, ({ who }) => ({
      via: who.via,
      name: who.via === "user" ? (who.value.email ?? who.value.id) : who.value.name,
    })),
  ];
}

function administration({ db, admin, anyNote, anyUser, page }: Access, auth: Identity<NoteScope>): Route[] {
  const { get, patch, del } = group({ prefix: "/admin", tags: ["Administration"], deps: { admin, db } });
  return [
    get("/users", { deps: { page }, response: UserList }, async ({ page, db }) => ({
      items: await listUsers(page, db, auth.accounts),
      ...page,
    })),
    patch(
      "/users/:id",
      {
        deps: { user: anyUser, change: body(UserChange) },
        response: Profile,
        problems: { 409: { last_admin: lastAdministrator } },
      },
      async ({ user, change, db }) => {
        const profile = (await db.profiles.update(user.id, change)) ?? problem(409, "last_admin", lastAdministrator);
        // After a change of rights, browsers have to sign in again (OWASP ASVS 7.2.4).
        if (profile.role !== user.role) await auth.accounts.endSessions(user.id, { kind: "browser", reason: "privileges_changed" });
        return { ...user, ...profile };
      },
    ),
    del("/notes/:id", { deps: { note: anyNote }, status: 204 }, ({ note, db }) => db.notes.remove(note)),
  ];
}

const lastAdministrator = "The last active administrator cannot be demoted or deactivated.";
