/** Facts flow through composition: each verb adds or clears what it says, and nothing else. */
import { authenticate, authorize, depends, resource } from "lockstep";
import { type Equal, holds, type KnownOf } from "./assert.ts";
import { activeUser, bare, client, cookieKey, currentUser, db, id, key, token, visitor } from "./example.ts";

type Scopes = "scope:notes:read" | "scope:notes:write";

holds<Equal<KnownOf<typeof bare>, never>>();
holds<Equal<KnownOf<typeof db>, never>>();
holds<Equal<KnownOf<typeof token>, "credential" | Scopes>>();
holds<Equal<KnownOf<typeof key>, "credential">>();
holds<Equal<KnownOf<typeof currentUser>, "credential" | "authenticated" | "scoped" | Scopes>>();
holds<Equal<KnownOf<typeof activeUser>, "credential" | "authenticated" | "authorized" | "scoped" | Scopes>>();
holds<Equal<KnownOf<typeof client>, "credential" | "authenticated">>();

// A cookie is remembered all the way up.
holds<Equal<KnownOf<typeof cookieKey>, "credential" | "cookie">>();
holds<Equal<KnownOf<typeof visitor>, "credential" | "authenticated" | "cookie">>();
const greeting = depends({ visitor }, ({ visitor }) => visitor.email);
holds<Equal<KnownOf<typeof greeting>, "credential" | "authenticated" | "cookie">>();

// Several entries add up.
const both = depends({ client, visitor, id }, () => 1);
holds<Equal<KnownOf<typeof both>, "credential" | "authenticated" | "cookie" | "param:id" | "object-id:id">>();
const opened = resource({ client }, function* () {
  yield 1;
});
holds<Equal<KnownOf<typeof opened>, KnownOf<typeof client>>>();
// An id below a principal stays unchecked above it.
const linked = authenticate({ key, id }, () => ({ id: "u1" }));
holds<Equal<KnownOf<typeof linked>, "credential" | "authenticated" | "param:id" | "object-id:id">>();
const decided = authorize({ linked }, ({ linked }) => linked);
holds<Equal<KnownOf<typeof decided>, "credential" | "authenticated" | "authorized" | "param:id" | "object-id:id">>();
