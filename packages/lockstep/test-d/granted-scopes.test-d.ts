/** `grantedScopes()` tells which scopes a credential grants. It asks for none. */
import { anyOf, type Authenticated, depends, get, grantedScopes, optional, post, unchecked, type ValueOf } from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { activeUser, bare, client, currentUser, flip, token, type User, writer } from "./example.ts";

const granted = grantedScopes(currentUser);
holds<Equal<ValueOf<typeof granted>, readonly string[] | undefined>>();
holds<Equal<IsAny<ValueOf<typeof granted>>, false>>();
// The facts are those of the caller.
holds<Equal<KnownOf<typeof granted>, KnownOf<typeof currentUser>>>();
const profile = depends({ user: currentUser, granted }, ({ user, granted }) =>
  granted?.includes("email") === true ? user.email : "",
);
get("/me", { deps: { profile } }, ({ profile }) => profile);
get("/scopes", { deps: { granted }, response: unchecked("a test") }, ({ granted }) => granted);
grantedScopes(anyOf({ user: currentUser, client }));
grantedScopes(client);
grantedScopes(flip ? currentUser : activeUser);
post("/a", { status: 200, deps: { user: writer, granted } }, ({ granted }) => granted?.length ?? 0);
export const made = (user: Authenticated<User>) => depends({ granted: grantedScopes(user) }, ({ granted }) => granted?.length);

// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { granted } }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
get("/a", { public: "reason", deps: { granted } }, () => 1);
// @ts-expect-error grantedScopes(): pass an authenticated dependency
grantedScopes(bare);
// @ts-expect-error grantedScopes(): pass an authenticated dependency
grantedScopes(token);
// @ts-expect-error grantedScopes(): pass an authenticated dependency
grantedScopes(optional(currentUser));
// @ts-expect-error grantedScopes(): pass an authenticated dependency
grantedScopes(flip ? currentUser : bare);
// @ts-expect-error grantedScopes(): pass an authenticated dependency
grantedScopes(some<User>());
