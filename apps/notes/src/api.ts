/** The API: every route with its access, in one table. */
import {
  type Api,
  body,
  createApi,
  del,
  get,
  group,
  notFound,
  passwordRequestForm,
  patch,
  pinoAudit,
  post,
  problem,
  reply,
  type Route,
  scopes,
} from "lockstep";
import type { Logger } from "pino";
import { access } from "./access.ts";
import { Data, Feed, Message, Note, NoteList, NoteText, Profile, Token, UserChange, UserList } from "./schema.ts";
import { signIn } from "./sign-in.ts";
import type { Store } from "./store/store.ts";
import type { AccessTokens } from "./token.ts";

/** What the API runs on. */
export interface Services {
  readonly store: Store;
  readonly tokens: AccessTokens;
  /** Takes audit events and unexpected errors. */
  readonly log: Logger;
  /** `open`: everybody may read the documentation, as in the demo. Else it is not there. */
  readonly docs: "open" | "none";
}

/** Makes the API. */
export function notesApi(services: Services): Api {
  return createApi({
    title: "Notes",
    version: "1.0.0",
    description: "Notes that only their owner can read. Press **Authorize** and sign in.",
    routes: routes(services),
    ...(services.docs === "open" ? { docs: { public: "the demo, on this machine only" } } : {}),
    audit: pinoAudit(services.log),
    onError: (error, about) => services.log.error({ ...about, err: error }, "unexpected error"),
  });
}

function routes({ store, tokens, log }: Services): Route[] {
  const { db, currentUser, activeUser, reader, writer, admin, apiClient, anyCaller, ownNote, anyNote, anyUser, page } = access(
    store,
    tokens,
  );
  const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: apiClient } });

  return [
    get("/health", { public: "load balancer probe" }, () => "Ok"),
    get("/public", { public: "shows a route without sign-in", response: Message }, () => ({ message: "Hello stranger" })),

    post(
      "/auth/token",
      { public: "signing in", errors: "oauth", deps: { form: passwordRequestForm(), db }, response: Token, maxBodyBytes: 16_384 },
      ({ form, db }) => signIn(form, { store: db, tokens, log }),
    ),
    get("/me", { deps: { user: currentUser }, response: Profile }, ({ user }) => user),
    get("/private", { deps: { user: activeUser }, response: Message }, ({ user }) => ({ message: `Hello ${user.email}` })),
    get("/profile", { deps: { user: activeUser }, response: Profile }, ({ user }) => user),

    get("/notes", { deps: { user: reader, page, db }, response: NoteList }, ({ user, page, db }) => ({
      items: db.notes.list(user.id, page),
      ...page,
    })),
    post(
      "/notes",
      { deps: { user: writer, note: body(NoteText), db }, response: Note, status: 201 },
      ({ user, note: { text }, db }) => {
        const note = db.notes.add(user.id, text);
        return reply(201, note, { headers: { location: `/notes/${note.id}` } });
      },
    ),
    get("/notes/:id", { deps: { note: ownNote, user: reader }, response: Note }, ({ note }) => note),
    patch(
      "/notes/:id",
      { deps: { note: ownNote, user: writer, change: body(NoteText), db }, response: Note },
      ({ note, change, db }) => db.notes.update(note, change.text) ?? gone(),
    ),
    del("/notes/:id", { deps: { note: ownNote, user: writer, db }, status: 204 }, ({ note, db }) => db.notes.remove(note)),

    get("/admin/users", { deps: { admin, page, db }, response: UserList }, ({ page, db }) => ({
      items: db.users.list(page),
      ...page,
    })),
    patch(
      "/admin/users/:id",
      { deps: { user: anyUser, change: body(UserChange), db }, response: Profile, problems: { 409: lastAdministrator } },
      ({ user, change, db }) => db.users.update(user.id, change) ?? lastAdmin(),
    ),
    del("/admin/notes/:id", { deps: { note: anyNote, admin: scopes(admin, "notes:write"), db }, status: 204 }, ({ note, db }) =>
      db.notes.remove(note),
    ),

    v1.get("/data", { response: Data }, ({ client }) => ({ data: client.name })),
    get("/feed", { deps: { who: anyCaller }, response: Feed }, ({ who }) => ({
      via: who.via,
      name: who.via === "user" ? who.value.email : who.value.name,
    })),
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
