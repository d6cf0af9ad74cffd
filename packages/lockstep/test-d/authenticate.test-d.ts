/** `authenticate()` gives a principal, an object, or refuses. */
import { anyOf, authenticate, deny, get, identified, scopes, type ValueOf } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import { cookieKey, currentUser, flip, token, type User } from "./example.ts";

// The principal is what is left when nothing refuses.
holds<Equal<ValueOf<typeof currentUser>, User>>();
const plain = authenticate({ token }, async () => some<User | undefined | null>());
holds<Equal<ValueOf<typeof plain>, User>>();
const denied = authenticate({ token }, () => (flip ? some<User>() : deny("disabled")));
holds<Equal<ValueOf<typeof denied>, User>>();
const two = authenticate({ token }, () => (flip ? { kind: "user" as const, id: "u1" } : { kind: "service" as const, name: "s" }));
get("/a", { deps: { two } }, ({ two }) => (two.kind === "user" ? two.id : two.name));
// Grants are known where every case that is no refusal has them.
const granted = authenticate({ token }, () => (flip ? identified(some<User>(), { sub: "u1" }) : undefined));
holds<Equal<Extract<KnownOf<typeof granted>, "scoped">, "scoped">>();
holds<Equal<Extract<KnownOf<typeof plain>, "scoped">, never>>();
// A verified claims set fits as it is.
const claims = some<{ sub: string; scope?: string; exp: number; iat: number; iss: string; jti?: string }>();
authenticate({ token }, () => identified(some<User>(), claims));
authenticate({ token }, () => identified(some<User>(), { sub: "u1", client_id: "web" }));
// @ts-expect-error is not assignable to type 'string'
authenticate({ token }, () => identified(some<User>(), { sub: "u1", client_id: 7 }));

// On top of others that have authenticated: what they know, it knows.
const session = authenticate({ key: cookieKey }, () => identified(some<User>(), { sub: "u1", scope: "notes:read" }));
const who = anyOf({ token: currentUser, session });
const profile = authenticate({ who }, ({ who }) => ({ email: who.value.email, via: who.via }));
holds<Equal<ValueOf<typeof profile>, { email: string; via: "token" | "session" }>>();
holds<Equal<KnownOf<typeof profile>, KnownOf<typeof who>>>();
holds<Equal<Extract<KnownOf<typeof profile>, "scoped" | "cookie">, "scoped" | "cookie">>();
get("/profile", { deps: { it: scopes(profile, "notes:read", "notes:write") } }, ({ it }) => it.email);
// @ts-expect-error "files:read"
scopes(profile, "files:read");
// One branch whose grants nobody knows.
const someone = authenticate({ who: anyOf({ session, plain }) }, ({ who }) => ({ via: who.via }));
// @ts-expect-error scopes() needs an authenticate() that returns identified(principal, grants)
scopes(someone, "notes:read");

// What is no principal.
// @ts-expect-error authenticate() must return a principal (an object), not a boolean, a string or the credential
authenticate({ token }, () => true);
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, () => flip);
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, async () => flip);
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, ({ token }) => token.reveal() === "secret");
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, () => "u1");
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, () => some<string | undefined>());
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, () => 7);
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, ({ token }) => token);
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, async ({ token }) => token);
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, ({ token }) => token.reveal());
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, () => (flip ? some<User>() : false));
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, ({ token }) => identified(token, { sub: "u1" }));
// @ts-expect-error authenticate() must return a principal (an object)
authenticate({ token }, () => some<{ me(): User }>().me);
// A principal that may be nothing hides in the wrapper.
// @ts-expect-error is not assignable to parameter of type 'object'
authenticate({ token }, () => identified(some<User | undefined>(), { sub: "u1" }));
// @ts-expect-error is not assignable to parameter of type 'object'
authenticate({ token }, () => identified(null, { sub: "u1" }));
// @ts-expect-error 'sub' is missing
authenticate({ token }, () => identified(some<User>(), { scope: "notes:read" }));
