/** `authenticate()` says who is asking, or refuses. For principals see `principal.test-d.ts`. */
import { z } from "zod";
import {
  anyOf,
  authenticate,
  body,
  connection,
  cookie,
  deny,
  form,
  get,
  header,
  identified,
  nothing,
  path,
  query,
  rawBody,
  scopes,
  signedHeader,
  unchecked,
  type ValueOf,
} from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { cookieKey, currentUser, db, flip, key, token, type User } from "./example.ts";

// The principal is what is left when nothing refuses.
holds<Equal<ValueOf<typeof currentUser>, User>>();
holds<Equal<IsAny<ValueOf<typeof currentUser>>, false>>();
const plain = authenticate({ token }, async () => some<User | undefined | null>());
holds<Equal<ValueOf<typeof plain>, User>>();
const denied = authenticate({ token }, () => (flip ? some<User>() : deny("disabled")));
holds<Equal<ValueOf<typeof denied>, User>>();
const two = authenticate({ token }, () =>
  flip ? { kind: "user" as const, id: "u1" } : { kind: "service" as const, id: "s1", name: "s" },
);
get("/a", { deps: { two } }, ({ two }) => (two.kind === "user" ? two.id : two.name));
// Grants are known if every case that is not a refusal has them.
const granted = authenticate({ token }, () => (flip ? identified(some<User>(), { sub: "u1" }) : undefined));
holds<Equal<Extract<KnownOf<typeof granted>, "scoped">, "scoped">>();
holds<Equal<Extract<KnownOf<typeof plain>, "scoped">, never>>();
// A verified claims set fits as it is.
const claims = some<{ sub: string; scope?: string; exp: number; iat: number; iss: string; jti?: string }>();
authenticate({ token }, () => identified(some<User>(), claims));
authenticate({ token }, () => identified(some<User>(), { sub: "u1", client_id: "web" }));
// @ts-expect-error is not assignable to type 'string'
authenticate({ token }, () => identified(some<User>(), { sub: "u1", client_id: 7 }));
// @ts-expect-error 'sub' is missing
authenticate({ token }, () => identified(some<User>(), { scope: "notes:read" }));

// On top of others that have authenticated: it has their facts.
const session = authenticate({ key: cookieKey }, () => identified(some<User>(), { sub: "u1", scope: "notes:read" }));
const who = anyOf({ token: currentUser, session });
const profile = authenticate({ who }, ({ who }) => ({ id: who.value.id, email: who.value.email, via: who.via }));
holds<Equal<ValueOf<typeof profile>, { id: string; email: string; via: "token" | "session" }>>();
holds<Equal<KnownOf<typeof profile>, KnownOf<typeof who>>>();
holds<Equal<Extract<KnownOf<typeof profile>, "scoped" | "cookie">, "scoped" | "cookie">>();
get("/profile", { deps: { it: scopes(profile, "notes:read", "notes:write") } }, ({ it }) => it.email);
// @ts-expect-error "files:read"
scopes(profile, "files:read");
// One branch whose grants nobody knows.
const someone = authenticate({ who: anyOf({ session, plain }) }, ({ who }) => who.value);
// @ts-expect-error scopes(): return identified(principal, grants) from the authenticate() below
scopes(someone, "notes:read");

// Who is asking rests on credentials, on how the request came, on its bytes, on what the application has.
const payload = rawBody({ identifies: nothing("the signature covers the bytes") });
const signed = authenticate({ key, at: signedHeader("X-Timestamp"), payload, came: connection(), db }, ({ at, came, payload }) => {
  holds<Equal<typeof payload, Uint8Array>>();
  return at.reveal() === "" || came.secure ? undefined : { id: "slack" };
});
get("/a", { deps: { signed }, response: unchecked("a test") }, ({ signed }) => signed);
// A segment that names no object may choose the key.
const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") });
const ofTenant = authenticate({ key, tenant }, ({ tenant }) => ({ id: tenant }));
get("/hooks/:tenant", { deps: { ofTenant } }, ({ ofTenant }) => ofTenant.id);
// What the client may choose freely proves nothing.
// @ts-expect-error authenticate(): remove the input: only credentials, connection() and rawBody() say who is asking; declare a signed header as signedHeader("X-Timestamp")
authenticate({ key, as: header("X-Act-As", z.string()) }, ({ as }) => ({ id: as }));
// @ts-expect-error authenticate(): remove the input
authenticate({ key, as: query("as", z.string()) }, ({ as }) => ({ id: as }));
// @ts-expect-error authenticate(): remove the input
authenticate({ key, as: cookie("as", z.string()) }, ({ as }) => ({ id: as }));
// @ts-expect-error authenticate(): remove the input
authenticate({ key, as: body(z.object({ name: z.string() })) }, ({ as }) => ({ id: as.name }));
// @ts-expect-error authenticate(): remove the input
authenticate({ key, as: form(z.object({ name: z.string() })) }, ({ as }) => ({ id: as.name }));
// @ts-expect-error authenticate(): remove the input
authenticate({ key, id: path("id", z.string()) }, ({ id }) => ({ id }));
// A segment that is nothing in one case only.
const sometimes = path("id", z.string(), { identifies: flip ? nothing("a tenant") : "object" });
// @ts-expect-error authenticate(): remove the input
authenticate({ key, sometimes }, () => ({ id: "u1" }));
// In one branch only.
// @ts-expect-error authenticate(): remove the input
authenticate({ either: anyOf({ key, language: header("Accept-Language", z.string()), token }), token }, () => ({ id: "u1" }));
