/** `stepUp()` compiles over callers whose grants are known: they say when and how the user signed in. */
import { anyOf, authenticate, get, identified, optional, post, type Scoped, scopes, stepUp, type ValueOf } from "lockstep";
import type { Claims } from "lockstep/jwt";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { activeUser, bare, client, currentUser, flip, token, type User, writer } from "./example.ts";

const recent = stepUp(activeUser, { maxAgeSeconds: 300 });
holds<Equal<ValueOf<typeof recent>, User>>();
holds<Equal<IsAny<ValueOf<typeof recent>>, false>>();
// The facts are those of the caller.
holds<Equal<KnownOf<typeof recent>, KnownOf<typeof activeUser>>>();
stepUp(currentUser, { acr: ["phr"] });
stepUp(currentUser, { maxAgeSeconds: 300, acr: ["phr", "phrh"], clockToleranceSeconds: 0 });
stepUp(stepUp(writer, { acr: ["phr"] }), { maxAgeSeconds: 60 });
get("/a", { deps: { user: recent } }, ({ user }) => user.email);
post("/a", { deps: { user: stepUp(writer, { maxAgeSeconds: 300 }) } }, () => undefined);
post("/a", { deps: { user: scopes(recent, "notes:write") } }, () => undefined);
const session = authenticate({ token }, () => identified(some<User>(), { sub: "u1", auth_time: 1, acr: "phr" }));
holds<Equal<ValueOf<ReturnType<typeof made>>, User>>();
export const made = (user: Scoped<User, "notes:read">) => stepUp(user, { acr: ["phr"] });
stepUp(anyOf({ user: currentUser, session }), { acr: ["phr"] });
// Verified claims are grants as they are, whatever the issuer writes.
authenticate({ token }, () => identified(some<User>(), some<Claims>()));

// A sign-in is not a scope.
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { user: recent } }, () => undefined);
// @ts-expect-error stepUp(): return identified(principal, grants) from the authenticate() below
stepUp(client, { acr: ["phr"] });
// @ts-expect-error stepUp(): return identified(principal, grants) from the authenticate() below
stepUp(token, { acr: ["phr"] });
// @ts-expect-error stepUp(): return identified(principal, grants) from the authenticate() below
stepUp(bare, { acr: ["phr"] });
// @ts-expect-error stepUp(): return identified(principal, grants) from the authenticate() below
stepUp(optional(currentUser), { acr: ["phr"] });
// @ts-expect-error stepUp(): return identified(principal, grants) from the authenticate() below
stepUp(flip ? currentUser : client, { acr: ["phr"] });
// @ts-expect-error stepUp(): return identified(principal, grants) from the authenticate() below
stepUp(anyOf({ user: currentUser, client }), { acr: ["phr"] });
// @ts-expect-error Type 'string' is not assignable to type 'number'
stepUp(activeUser, { maxAgeSeconds: "300" });
// @ts-expect-error Type 'string' is not assignable to type 'readonly [string, ...string[]]'
stepUp(activeUser, { acr: "phr" });
// @ts-expect-error Source has 0 element(s) but target requires 1
stepUp(activeUser, { acr: [] });
// @ts-expect-error Expected 2 arguments, but got 1
stepUp(activeUser);
