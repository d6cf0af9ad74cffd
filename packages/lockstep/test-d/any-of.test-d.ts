/** `anyOf()` protects only if every branch does. */
import { z } from "zod";
import { anyOf, authenticate, authorize, get, optional, permitted, query, scopes } from "lockstep";
import { type Equal, holds, type KnownOf } from "./assert.ts";
import {
  activeUser,
  admin,
  bare,
  type Client,
  client,
  currentUser,
  db,
  id,
  key,
  ownNote,
  token,
  type User,
  visitor,
} from "./example.ts";

const caller = anyOf({ user: activeUser, service: client });

get("/feed", { deps: { caller } }, ({ caller }) => {
  holds<
    Equal<typeof caller, { readonly via: "user"; readonly value: User } | { readonly via: "service"; readonly value: Client }>
  >();
  return caller.via === "user" ? caller.value.email : caller.value.name;
});
holds<
  Equal<KnownOf<typeof caller>, "credential" | "authenticated" | "scopes-unasked" | "scope:notes:read" | "scope:notes:write">
>();
// A decision, a reach and grants count where every branch has them.
const staff = anyOf({ admin, second: admin });
permitted({ id, staff, db }, ({ id, db }) => db.notes.find({ id }));
scopes(anyOf({ user: currentUser, again: activeUser }), "notes:write");
// A cookie warns if any branch has one.
const ambient = anyOf({ user: activeUser, visitor });
holds<Equal<Extract<KnownOf<typeof ambient>, "cookie">, "cookie">>();
// Several credentials for one principal.
authenticate({ either: anyOf({ token, key }) }, ({ either }) => ({ id: either.value.reveal(), via: either.via }));

// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller: anyOf({ user: activeUser, anyone: bare }) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller: anyOf({ user: activeUser, token }) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller: anyOf({ user: activeUser, perhaps: optional(client) }) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller: anyOf({ user: activeUser, nested: anyOf({ client, bare }) }) } }, () => 1);
// @ts-expect-error authenticate(): add a security scheme
authenticate({ either: anyOf({ token, bare }) }, () => ({ id: "u1" }));
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ either: anyOf({ user: activeUser, bare }) }, ({ either }) => either);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, either: anyOf({ admin, client }), db }, ({ id, db }) => db.notes.find({ id }));
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(caller, "notes:read");
// The id of one branch survives.
const note = query("note", z.uuid(), { identifies: "object" });
// @ts-expect-error check query("note") with owned(), permitted() or unowned()
get("/a", { deps: { user: activeUser, some: anyOf({ note, bare }) } }, () => 1);
// @ts-expect-error add :id to the path: a dependency reads path("id")
get("/a", { deps: { user: activeUser, some: anyOf({ own: ownNote, user: activeUser }) } }, () => 1);
