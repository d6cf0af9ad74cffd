/** `optional()` counts as no protection at all. */
import { anyScope, authenticate, authorize, depends, get, optional, owned, roles, scopes } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import { activeUser, client, currentUser, id, type Note, token, type User, visitor } from "./example.ts";

const maybe = optional(currentUser);

get("/hello", { public: "greets strangers too", deps: { user: maybe } }, ({ user }) => {
  holds<Equal<typeof user, User | undefined>>();
  return user?.email ?? "stranger";
});
// Beside a protection it is welcome.
get("/hello", { deps: { client, user: maybe } }, ({ client, user }) => user?.email ?? client.name);
holds<Equal<KnownOf<typeof maybe>, "scopes-unasked" | "scope:notes:read" | "scope:notes:write">>();
// What warns stays.
const maybeVisitor = optional(visitor);
holds<Equal<KnownOf<typeof maybeVisitor>, "cookie">>();

// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: maybe } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: optional(activeUser) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: depends({ maybe }, ({ maybe }) => maybe) } }, () => 1);
// @ts-expect-error authenticate(): add a security scheme
authenticate({ token: optional(token) }, () => ({ id: "u1" }));
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ user: maybe }, ({ user }) => user);
// @ts-expect-error owned(): add an authenticated dependency
owned({ id, user: maybe }, some<() => Note>(), (note) => note.ownerId);
// @ts-expect-error roles(): pass an authenticated dependency
roles({ user: [] }, maybe, () => "user");
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(maybe, "notes:read");
// @ts-expect-error anyScope(): pass an authenticated dependency
anyScope(maybe, "a test");
