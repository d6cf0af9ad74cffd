/** What protects counts only if every member of a union has it; what warns counts if any has. */
import { z } from "zod";
import {
  anyOf,
  anyScope,
  authenticate,
  authorize,
  depends,
  get,
  group,
  permitted,
  post,
  query,
  resource,
  roles,
  scopes,
  unowned,
  type Deps,
} from "lockstep";
import { some } from "./assert.ts";
import { activeUser, admin, bare, client, currentUser, flip, id, token } from "./example.ts";

// Every member protects.
get("/a", { deps: { who: flip ? activeUser : client } }, ({ who }) => ("email" in who ? who.email : who.name));
get("/a", { deps: flip ? { who: activeUser } : { who: currentUser } }, ({ who }) => who.email);
// A member of a union beside a protection.
get("/a", { deps: { user: activeUser, ...(flip ? { client } : {}) } }, ({ user }) => user.email);

// Of values.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: flip ? activeUser : bare } }, () => 1);
// Of records.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: flip ? { user: activeUser } : { user: bare } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: flip ? { user: activeUser } : {} }, () => 1);
// Of specifications.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", flip ? { deps: { user: activeUser } } : { deps: {} }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
get("/a", flip ? { deps: { user: activeUser } } : { public: "sometimes" }, () => 1);
// Of optional members and of spreads.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: some<{ user?: typeof activeUser }>() }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { ...(flip ? { user: activeUser } : {}) } }, () => 1);
// Of branches' records.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { who: anyOf(flip ? { user: activeUser } : { user: bare }) } }, () => 1);
// What warns counts beside a member that may be absent, and in one record of several.
const noteId = query("noteId", z.uuid());
const perhaps = flip ? { client } : {};
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/a", { deps: { user: activeUser, noteId, ...perhaps } }, () => 1);
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/a", { deps: { user: activeUser, ...(flip ? { noteId } : {}) } }, () => 1);
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/a", { deps: flip ? { user: activeUser, noteId } : { user: activeUser, client } }, () => 1);
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/a", { deps: { user: activeUser, below: depends({ noteId, ...perhaps }, () => 1) } }, () => 1);
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/a", { deps: { user: activeUser, below: anyOf({ noteId, ...perhaps }) } }, () => 1);
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
group({ prefix: "/v1", deps: { user: activeUser, noteId, ...perhaps } }).get("/a", {}, () => 1);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { user: activeUser, ...perhaps } }, () => 1);
// @ts-expect-error authenticate(): remove the input
authenticate({ token, language: query("language", z.string()), ...perhaps }, () => ({ id: "u1" }));
// In the verbs.
// @ts-expect-error authenticate(): add a security scheme
authenticate({ token: flip ? token : bare }, () => ({ id: "u1" }));
// @ts-expect-error authenticate(): add a security scheme
authenticate(flip ? { token } : { token: bare }, () => ({ id: "u1" }));
// @ts-expect-error authenticate(): add a security scheme
authenticate(some<{ token?: typeof token }>(), () => ({ id: "u1" }));
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ user: flip ? activeUser : bare }, ({ user }) => user);
// In groups.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
group({ prefix: "/v1", deps: flip ? { user: activeUser } : { user: bare } }).get("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
group({ prefix: "/v1", deps: { ...(flip ? { user: activeUser } : {}) } }).get("/a", {}, () => 1);

// A record of which nothing is known.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: some<Deps>() }, () => 1);
// @ts-expect-error check every id below with owned(), permitted() or unowned()
get("/a", { public: "nothing is known", deps: some<Deps>() }, () => 1);
// A wrapper that takes any record protects nothing by itself.
// @ts-expect-error is not assignable
export const wrapped = <D extends Deps>(deps: D) => get("/a", { deps }, () => 1);

// Through a dependency over one of two records, or a verb over one of two dependencies.
const oneOf = some<{ readonly user: typeof activeUser } | { readonly key: typeof bare }>();
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { who: depends(oneOf, () => 1) } }, () => 1);
const opened = resource(oneOf, function* () {
  yield 1;
});
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { opened } }, () => 1);
const shown = unowned(
  "a test",
  some<{ readonly id: typeof id; readonly user: typeof activeUser } | { readonly id: typeof id }>(),
  () => ({ a: 1 }),
);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a/:id", { deps: { shown } }, () => 1);
const reads = scopes(flip ? admin : activeUser, "notes:read");
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, reads }, () => ({ a: 1 }));
const member = roles({ member: [] }, flip ? admin : activeUser, () => "member").require("member");
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, member }, () => ({ a: 1 }));
const asked = anyScope(flip ? admin : activeUser, "a test");
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, asked }, () => ({ a: 1 }));
const authorized = authorize(some<{ readonly user: typeof activeUser } | { readonly user: typeof admin }>(), ({ user }) => user);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, authorized }, () => ({ a: 1 }));
