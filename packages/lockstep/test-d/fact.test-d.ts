/** Facts flow through composition: each verb adds or clears what it says, and nothing else. */
import { z } from "zod";
import { authenticate, authorize, depends, nothing, path, resource } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import { activeUser, bare, client, cookieKey, currentUser, db, flip, id, key, ownNote, token, visitor, writer } from "./example.ts";

type Scopes = "scope:notes:read" | "scope:notes:write";

holds<Equal<KnownOf<typeof bare>, never>>();
holds<Equal<KnownOf<typeof db>, never>>();
holds<Equal<KnownOf<typeof token>, "credential" | Scopes>>();
holds<Equal<KnownOf<typeof key>, "credential">>();
holds<Equal<KnownOf<typeof currentUser>, "credential" | "authenticated" | "scoped" | "scopes-unasked" | Scopes>>();
holds<Equal<KnownOf<typeof activeUser>, KnownOf<typeof currentUser> | "authorized">>();
// Asked for a scope, it is not unasked.
holds<Equal<KnownOf<typeof writer>, Exclude<KnownOf<typeof activeUser>, "scopes-unasked"> | "scopes-asked">>();
holds<Equal<KnownOf<typeof client>, "credential" | "authenticated">>();

// A cookie is remembered all the way up.
holds<Equal<KnownOf<typeof cookieKey>, "credential" | "cookie">>();
holds<Equal<KnownOf<typeof visitor>, "credential" | "authenticated" | "cookie">>();
const greeting = depends({ visitor }, ({ visitor }) => visitor.email);
holds<Equal<KnownOf<typeof greeting>, "credential" | "authenticated" | "cookie">>();

// Several entries add up.
const both = depends({ client, visitor, id }, () => 1);
holds<Equal<KnownOf<typeof both>, "credential" | "authenticated" | "cookie" | "input" | "param:id" | "object-id:path.id">>();
const opened = resource({ client }, function* () {
  yield 1;
});
holds<Equal<KnownOf<typeof opened>, KnownOf<typeof client>>>();
// An id below a decision stays unchecked above it, and an object check turns it into a protection.
const decided = authorize({ client, id }, ({ client }) => client);
holds<Equal<KnownOf<typeof decided>, "credential" | "authenticated" | "authorized" | "input" | "param:id" | "object-id:path.id">>();
holds<Equal<KnownOf<typeof ownNote>, KnownOf<typeof activeUser> | "input" | "param:id" | "checked:path.id">>();
// A segment that names no object may choose the key that verifies.
const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") });
const linked = authenticate({ key, tenant }, () => ({ id: "u1" }));
holds<Equal<KnownOf<typeof linked>, "credential" | "authenticated" | "segment" | "param:tenant">>();

// Alternatives share their protections, and a record adds them up; notices always add up.
const either = depends({ who: flip ? activeUser : client }, () => 1);
holds<Equal<KnownOf<typeof either>, "credential" | "authenticated" | "scopes-unasked" | Scopes>>();
const oneRecord = depends(some<{ readonly who: typeof activeUser } | { readonly key: typeof key }>(), () => 1);
holds<Equal<KnownOf<typeof oneRecord>, "credential" | "scopes-unasked" | Scopes>>();
const perhaps = depends(some<{ readonly client: typeof client; readonly user?: typeof activeUser }>(), () => 1);
holds<Equal<KnownOf<typeof perhaps>, "credential" | "authenticated" | "scopes-unasked" | Scopes>>();
