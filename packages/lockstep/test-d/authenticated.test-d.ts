/**
 * `Authenticated<User>` and `Authorized<User>`: what a module takes that makes routes. Any such dependency without open ids fits.
 * Generic helpers over the verbs compile.
 */
import { z } from "zod";
import {
  anyOf,
  anyScope,
  authenticate,
  type Authenticated,
  authorize,
  type Authorized,
  body,
  depends,
  type Dependency,
  firstOf,
  get,
  grantedScopes,
  group,
  identified,
  optional,
  owned,
  path,
  permitted,
  post,
  query,
  roles,
  type Route,
  type Scoped,
  scopes,
  unchecked,
  type ValueOf,
} from "lockstep";
import { type Equal, holds, type IsAny, some } from "./assert.ts";
import {
  activeUser,
  bare,
  client,
  currentUser,
  db,
  flip,
  id,
  type Note,
  ownNote,
  role,
  token,
  type User,
  visitor,
  writer,
} from "./example.ts";

const load = (): Note | undefined => some<Note>();

// Everything that a module does with its caller.
const noteRoutes = (user: Authenticated<User>): readonly Route[] => {
  holds<Equal<ValueOf<typeof user>, User>>();
  holds<Equal<IsAny<ValueOf<typeof user>>, false>>();
  const own = owned({ id, user }, load, (note) => note.ownerId);
  const theirs = owned({ id, user }, load, (note, { user }) => note.ownerId === user.id, { owner: "user" });
  const active = authorize({ user }, ({ user }) => (user.isActive ? user : undefined));
  const boss = roles({ admin: [] }, user, (user) => (user.role === "admin" ? "admin" : [])).require("admin");
  return [
    get("/me", { deps: { user } }, ({ user }) => user.email),
    get("/me", { deps: { active, boss } }, ({ active }) => active.email),
    get("/notes/:id", { deps: { own } }, ({ own }) => own.text),
    get("/notes/:id", { deps: { note: firstOf({ own, theirs }) } }, ({ note }) => note.text),
    get("/feed", { deps: { caller: anyOf({ user, client }) } }, ({ caller }) => caller.via),
    get("/hello", { public: "greets", deps: { user: optional(user) } }, ({ user }) => user?.email ?? "stranger"),
    // Whether a scope is asked for is checked at start-up: its facts are not known here.
    post("/notes", { status: 200, deps: { user, change: body(z.object({ text: z.string() })) } }, ({ change }) => change.text),
    post("/notes", { status: 200, deps: { user: anyScope(user, "a test") } }, ({ user }) => user.email),
  ];
};
const adminRoutes = (admin: Authorized<User>): Route => get("/admin", { deps: { admin } }, ({ admin }) => admin.email);

// Whatever is authenticated fits, whatever its scheme and its scopes.
noteRoutes(currentUser);
noteRoutes(activeUser);
noteRoutes(writer);
noteRoutes(visitor);
noteRoutes(role.require("admin"));
noteRoutes(anyScope(activeUser, "a test"));
noteRoutes(firstOf({ one: currentUser, other: activeUser }));
noteRoutes(flip ? currentUser : activeUser);
noteRoutes(depends({ user: currentUser, limit: query("limit", z.int()) }, ({ user }) => user));
adminRoutes(activeUser);
adminRoutes(role.require("user"));
// One is the other; the value widens, as values do.
export const authenticated: Authenticated<User> = some<Authorized<User>>();
export const named: Authenticated<{ readonly id: string }> = activeUser;

// Dependencies that are not authenticated, or not in every case.
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(depends({ bare }, () => some<User>()));
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(optional(activeUser));
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(flip ? activeUser : depends({}, () => some<User>()));
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(firstOf({ user: activeUser, anyone: depends({}, () => some<User>()) }));
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(token);
// @ts-expect-error '"~dep"' is missing in type 'User' but required in type 'Authenticated<User>'
noteRoutes(some<User>());
// Another value.
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(client);
// Authenticated is not authorized.
// @ts-expect-error is not assignable to parameter of type 'Authorized<User>'
adminRoutes(currentUser);
// @ts-expect-error is not assignable to parameter of type 'Authorized<User>'
adminRoutes(some<Authenticated<User>>());
// An open id does not slip in, nor a parameter that the path of the routes lacks.
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(depends({ user: currentUser, id }, ({ user }) => user));
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(authorize({ user: currentUser, noteId: query("noteId", z.uuid()) }, ({ user }) => user));
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
noteRoutes(depends({ note: ownNote }, () => some<User>()));
// It reaches no objects of others, because it may rest on an input, and without names it has no scopes.
// @ts-expect-error decide by the principal, or load the object with owned()
export const reaching = (user: Authenticated<User>) => roles({ admin: [] }, user, () => "admin", { reachAny: ["admin"] });
// @ts-expect-error decide by the principal, or load the object with owned()
export const reaches = (user: Authenticated<User>) => authorize({ user }, ({ user }) => user, { reach: "any" });
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
export const reached = (user: Authorized<User>) => permitted({ id, user }, load);
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
export const scoped = (user: Authenticated<User>) => scopes(user, "notes:read");
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
export const open = (user: Authenticated<User>) => get("/a", { public: "reason", deps: { user } }, () => 1);

// A module names the scopes that it asks for. Whatever declares them fits.
const scopedRoutes = (user: Scoped<User, "notes:read" | "notes:write">, other: Scoped<User, "notes:read">): readonly Route[] => {
  const writer = scopes(user, "notes:write");
  const own = owned({ id, user: writer }, load, (note) => note.ownerId);
  const active = scopes(
    authorize({ user }, ({ user }) => (user.isActive ? user : undefined)),
    "notes:read",
  );
  const mine = group({ prefix: "/mine", deps: { writer } });
  const one = mine.group({ prefix: "/:id", deps: { own } });
  return [
    ...noteRoutes(user),
    post("/notes", { status: 200, deps: { user: writer } }, ({ user }) => user.email),
    post("/active", { status: 200, deps: { active } }, ({ active }) => active.email),
    post("/both", { status: 200, deps: { user: scopes(user, "notes:read", "notes:write") } }, ({ user }) => user.email),
    post("/either", { status: 200, deps: { user: scopes(anyOf({ user, other }), "notes:read") } }, ({ user }) => user.value.email),
    post("/union", { status: 200, deps: { user: scopes(flip ? user : other, "notes:read") } }, ({ user }) => user.email),
    mine.post("/", { status: 200 }, ({ writer }) => writer.email),
    one.del("/", { status: 200 }, ({ own }) => own.text),
    get("/scopes", { deps: { granted: grantedScopes(user) } }, ({ granted }) => granted?.length ?? 0),
    // Whether a scope is asked for is checked at start-up.
    post("/unasked", { status: 200, deps: { user } }, ({ user }) => user.email),
  ];
};
scopedRoutes(currentUser, activeUser);
scopedRoutes(writer, writer);
scopedRoutes(flip ? currentUser : activeUser, role.require("admin"));
// One that can be asked for more fits a module that asks for less, or for nothing.
export const less: Scoped<User, "notes:read"> = some<Scoped<User, "notes:read" | "notes:write">>();
export const none: Authenticated<User> = some<Scoped<User, "notes:read">>();
const taking = (user: Scoped<User, "notes:read">): unknown => user;
// @ts-expect-error "notes:raed"
export const typo = (user: Scoped<User, "notes:read">) => scopes(user, "notes:raed");
// @ts-expect-error "notes:write"
export const unnamed = (user: Scoped<User, "notes:read">) => scopes(user, "notes:write");
// @ts-expect-error is not assignable to parameter of type 'Scoped<User, "files:read">'
((user: Scoped<User, "files:read">) => user)(currentUser);
// @ts-expect-error is not assignable to parameter of type 'Scoped<User, "notes:read">'
taking(client);
// @ts-expect-error is not assignable to parameter of type 'Scoped<User, "notes:read">'
taking(visitor);
// @ts-expect-error is not assignable to parameter of type 'Scoped<User, "notes:read">'
taking(some<Authenticated<User>>());
// @ts-expect-error is not assignable to parameter of type 'Scoped<User, "notes:read">'
taking(flip ? activeUser : some<Authenticated<User>>());
// @ts-expect-error is not assignable to parameter of type 'Scoped<User, "notes:read">'
taking(optional(activeUser));
// @ts-expect-error is not assignable to parameter of type 'Authorized<User>'
adminRoutes(some<Scoped<User, "notes:read">>());

// Generic helpers.
export const made = <T>(make: () => T) => depends({}, () => make());
export const found = <U extends { readonly id: string }>(find: (token: string) => U | undefined) =>
  authenticate({ token }, ({ token }) => find(token.reveal()));
export const granted = <U extends User>(find: (token: string) => Promise<U | undefined>) =>
  authenticate({ token }, async ({ token }) => {
    const user = await find(token.reveal());
    return user && identified(user, { sub: user.id });
  });
export const active = <U extends User>(user: Authenticated<U>) =>
  authorize({ user }, ({ user }) => (user.isActive ? user : undefined));
export const mine = <T extends { readonly ownerId: string }>(find: (id: string) => Promise<T | undefined>) =>
  owned(
    { id: path("id", z.uuid()), user: activeUser, db },
    ({ id }) => find(id),
    (object) => object.ownerId,
  );
export const decided = <T extends { readonly ownerId: string }>(find: (id: string) => T | undefined) =>
  owned(
    { id: path("id", z.uuid()), user: activeUser },
    ({ id }) => find(id),
    (object, { user }) => object.ownerId === user.id,
  );
const generic = found((id) => ({ id, isRoot: false }));
holds<Equal<ValueOf<typeof generic>, { id: string; isRoot: boolean }>>();
get("/a", { deps: { generic } }, ({ generic }) => generic.id);
get("/a", { deps: { user: active(activeUser) }, response: unchecked("a test") }, ({ user }) => user);
get("/notes/:id", { deps: { note: mine(async () => some<Note>()) } }, ({ note }) => note.text);
get("/a", { deps: { user: granted(async () => some<User>()), made: made(() => 1) } }, ({ made }) => made + 1);

// A helper whose result may not be a principal does not compile.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
export const anyone = <U extends object>(find: () => U | undefined) => authenticate({ token }, () => find());
// @ts-expect-error is not assignable to parameter of type 'Authenticated<User>'
export const unknown = (user: Dependency<User>) => noteRoutes(user);
