/** `verifier.claims(scheme)` is the verified claims, with exactly the facts of the scheme. */
import {
  apiKeyCookie,
  authenticate,
  authorize,
  depends,
  get,
  httpBasic,
  httpBearer,
  identified,
  mutualTls,
  optional,
  owned,
  path,
  Redacted,
  scopes,
  type ValueOf,
} from "lockstep";
import type { Claims, JwtVerifier, SenderConstraint } from "lockstep/jwt";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { type Note, token, type User } from "./example.ts";

const accessTokens = some<JwtVerifier>();
const claims = accessTokens.claims(token);
const inCookie = accessTokens.claims(apiKeyCookie({ name: "__Host-token" }));

holds<Equal<ValueOf<typeof claims>, Claims>>();
holds<Equal<IsAny<ValueOf<typeof claims>>, false>>();
holds<Equal<ValueOf<typeof claims>["sub"], string>>();
// What the application's issuer adds is unknown until it is checked.
holds<Equal<ValueOf<typeof claims>["role"], unknown>>();

// The facts of the scheme flow through: its scopes, and that it may come from a cookie.
holds<Equal<KnownOf<typeof claims>, KnownOf<typeof token>>>();
holds<Equal<KnownOf<typeof inCookie>, "credential" | "cookie">>();

// A sender constraint changes no fact.
const constraint = some<SenderConstraint>();
const bound = accessTokens.claims(httpBearer({ senderConstraint: constraint, scopes: { "notes:read": "Read notes" } }));
holds<Equal<KnownOf<typeof bound>, "credential" | "scope:notes:read">>();
holds<Equal<ValueOf<typeof bound>, Claims>>();
// @ts-expect-error 'required' does not exist in type 'SenderConstraint'
httpBearer({ senderConstraint: { required: true } });

const currentUser = authenticate({ claims }, ({ claims }) => identified(some<User>(), claims));
holds<Equal<ValueOf<typeof currentUser>, User>>();
get("/me", { deps: { user: currentUser } }, ({ user }) => user.email);
get("/notes", { deps: { user: scopes(currentUser, "notes:read") } }, ({ user }) => user.email);
// @ts-expect-error "files:read"
scopes(currentUser, "files:read");

// Absent is a case of its own, and protects nothing.
const maybe = optional(claims);
holds<Equal<ValueOf<typeof maybe>, Claims | undefined>>();
holds<Equal<KnownOf<typeof maybe>, "scope:notes:read" | "scope:notes:write">>();
get("/hello", { public: "greets strangers too", deps: { claims: maybe } }, ({ claims }) => claims?.sub ?? "stranger");

// Verified claims are not a principal: somebody has to say who the subject is.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { claims } }, ({ claims }) => claims.sub);
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ claims }, ({ claims }) => claims);
// @ts-expect-error owned(): add an authenticated dependency
owned({ id: path("id", some()), claims }, some<() => Note>(), (note) => note.ownerId);
// @ts-expect-error authenticate(): add a security scheme
authenticate({ claims: maybe }, () => some<User>());

// Values that are not schemes, or schemes without text.
// @ts-expect-error Pass a security scheme to claims()
accessTokens.claims(depends({}, () => new Redacted("x.y.z")));
// @ts-expect-error BasicCredentials
accessTokens.claims(httpBasic());
// @ts-expect-error ClientCertificate
accessTokens.claims(mutualTls());
// @ts-expect-error is not assignable to parameter of type
accessTokens.claims(currentUser);
// @ts-expect-error is not assignable to parameter of type
accessTokens.claims("x.y.z");
