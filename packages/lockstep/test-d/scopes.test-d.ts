/** Scopes compile only if a scheme below declares them and the credential's grants are known. */
import {
  anyOf,
  authenticate,
  authorize,
  firstOf,
  get,
  httpBearer,
  identified,
  optional,
  patch,
  post,
  put,
  del,
  roles,
  scopes,
  type ValueOf,
} from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { activeUser, bare, client, currentUser, db, flip, ownNote, role, token, type User, visitor } from "./example.ts";

const writer = scopes(activeUser, "notes:write");
holds<Equal<ValueOf<typeof writer>, User>>();
holds<Equal<IsAny<ValueOf<typeof writer>>, false>>();
holds<Equal<KnownOf<typeof writer>, Exclude<KnownOf<typeof activeUser>, "scopes-unasked"> | "scopes-asked">>();
get("/a", { deps: { user: scopes(currentUser, "notes:read", "notes:write") } }, ({ user }) => user.email);
// The scopes of every scheme below.
const other = httpBearer({ scopes: { "files:read": "Read files" }, schemeName: "Files" });
const files = authenticate({ other }, () => identified({ id: "c1" }, { sub: "c1", scope: "files:read" }));
scopes(anyOf({ user: currentUser, files }), "notes:read", "files:read");
// Through an authorization.
scopes(
  authorize({ user: currentUser }, ({ user }) => user),
  "notes:read",
);

// @ts-expect-error "notes:wirte"
scopes(activeUser, "notes:wirte");
// @ts-expect-error "files:read"
scopes(activeUser, "notes:read", "files:read");
// @ts-expect-error Expected at least 2 arguments
scopes(activeUser);
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(client, "notes:read");
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(token, "notes:read");
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(bare, "notes:read");
// Grants that are known in some cases only.
const sometimes = authenticate({ token }, () => (flip ? identified(some<User>(), { sub: "u1" }) : some<User>()));
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(sometimes, "notes:read");

// What changes something asks for a scope, if its credential may be limited to some.
post("/notes", { deps: { user: writer } }, () => undefined);
patch("/notes/:id", { deps: { note: ownNote, user: writer } }, () => undefined);
del("/notes/:id", { deps: { note: ownNote, user: scopes(currentUser, "notes:write") } }, () => undefined);
post("/notes", { deps: { caller: anyOf({ user: writer, client }) } }, () => undefined);
post("/notes", { deps: { admin: scopes(role.require("admin"), "notes:write") } }, () => undefined);
const asked = roles({ admin: [] }, writer, () => "admin").require("admin");
post("/notes", { deps: { asked } }, () => undefined);
// Its schemes declare none: there is nothing to ask for.
post("/notes", { deps: { client } }, () => undefined);
post("/notes", { deps: { visitor } }, () => undefined);
// Reading asks for nothing by itself.
get("/notes", { deps: { user: activeUser } }, () => "x");
// A public route has no principal.
post("/sign-in", { public: "signs in", deps: { token: optional(token) } }, () => undefined);

// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason"): this route changes something, and its credential may be limited to scopes
post("/notes", { deps: { user: currentUser } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
put("/notes", { deps: { user: activeUser } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
patch("/notes/:id", { deps: { note: ownNote } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
del("/notes/:id", { deps: { note: ownNote, db } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { admin: role.require("admin") } }, () => undefined);
// The grants were dropped on the way: the credential is limited all the same.
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { user: authenticate({ token }, () => some<User>()) } }, () => undefined);
// Asked in one case, or of one branch, only.
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { user: flip ? writer : activeUser } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { caller: anyOf({ user: writer, files }) } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { caller: firstOf({ one: writer, other: activeUser }) } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { user: activeUser, maybe: optional(writer) } }, () => undefined);
