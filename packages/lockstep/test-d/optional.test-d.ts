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

// @ts-expect-error Unprotected route
get("/a", { deps: { user: maybe } }, () => 1);
// @ts-expect-error Unprotected route
get("/a", { deps: { user: optional(activeUser) } }, () => 1);
// @ts-expect-error Unprotected route
get("/a", { deps: { user: depends({ maybe }, ({ maybe }) => maybe) } }, () => 1);
// @ts-expect-error authenticate() needs a security scheme
authenticate({ token: optional(token) }, () => ({ id: "u1" }));
// @ts-expect-error authorize() needs an authenticated dependency
authorize({ user: maybe }, ({ user }) => user);
// @ts-expect-error owned() needs to know who is asking
owned({ id, user: maybe }, some<() => Note>(), (note) => note.ownerId);
// @ts-expect-error roles() needs an authenticated dependency
roles({ user: [] }, maybe, () => "user");
// @ts-expect-error scopes() needs an authenticate() that returns identified(principal, grants)
scopes(maybe, "notes:read");
// @ts-expect-error anyScope() needs an authenticated dependency
anyScope(maybe, "a test");
