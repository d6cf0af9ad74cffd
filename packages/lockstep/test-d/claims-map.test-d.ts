/** `claims()` returns a typed principal with the facts of its scheme, and a map of workloads states its conditions. */
import {
  authenticate,
  authorize,
  get,
  httpBasic,
  httpBearer,
  identified,
  type Identified,
  roles,
  scopes,
  type ValueOf,
} from "lockstep";
import {
  byIssuer,
  type Caller,
  claims,
  claimsMap,
  type ClaimsMap,
  type ClaimsMapOptions,
  githubActions,
  google,
  keycloak,
  kubernetes,
  readyMap,
  sap,
  spiffe,
  zitadel,
} from "lockstep/oidc";
import type { JwtVerifier } from "lockstep/jwt";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { token, type User } from "./example.ts";

const issuer = some<JwtVerifier>();
const map = keycloak({ client: "notes" });
const callers = claims({ issuer, map, roles: ["admin", "editor"] });
const user = callers.authenticate(token);

type Known = Caller<"admin" | "editor">;
holds<Equal<ValueOf<typeof user>, Known>>();
holds<Equal<IsAny<ValueOf<typeof user>>, false>>();
holds<Equal<ValueOf<typeof user>["kind"], "user" | "client" | "service">>();
holds<Equal<ValueOf<typeof user>["email"], string | undefined>>();
holds<Equal<ValueOf<typeof user>["claims"]["o"], unknown>>();
const written = authenticate({ caller: callers.of(token) }, ({ caller }) => caller);
holds<Equal<KnownOf<typeof user>, KnownOf<typeof written>>>();
holds<Equal<ValueOf<typeof written>, Known>>();

// It opens routes, and its scopes are those that the scheme declares.
get("/me", { deps: { user } }, ({ user }) => user.subject);
get("/notes", { deps: { user: scopes(user, "notes:read") } }, ({ user }) => user.id);
// @ts-expect-error "files:read"
scopes(user, "files:read");
authorize({ user }, ({ user }) => user);

// The roles of the application are known; without them, a role is any text.
const role = roles({ admin: ["editor"], editor: [] }, user, (caller) => caller.roles);
get("/admin", { deps: { admin: role.require("admin") } }, ({ admin }) => admin.id);
const anyRole = claims({ issuer, map }).authenticate(token);
holds<Equal<ValueOf<typeof anyRole>["roles"], readonly string[]>>();
// @ts-expect-error Type 'string' is not assignable to type '"admin"'
roles({ admin: [] }, anyRole, (caller) => caller.roles);
// @ts-expect-error '"editor"' is not assignable to type '"admin"'
roles({ admin: [] }, user, (caller) => caller.roles);

// The caller alone protects nothing: authenticate() decides.
const caller = callers.of(httpBearer());
holds<Equal<ValueOf<typeof caller>, Identified<Known>>>();
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller } }, ({ caller }) => caller.principal.id);
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ caller }, ({ caller }) => caller.principal);
const account = authenticate({ caller }, ({ caller }) => identified(some<User>(), caller.grants));
holds<Equal<ValueOf<typeof account>, User>>();

// Values that are not schemes, verifiers or maps.
// @ts-expect-error is not assignable to parameter of type
callers.authenticate(user);
// @ts-expect-error BasicCredentials
callers.authenticate(httpBasic());
// @ts-expect-error Property 'map' is missing
claims({ issuer });
// @ts-expect-error Property 'issuer' is missing
claims({ map });
// @ts-expect-error 'client' does not exist in type 'ClaimsMap'
claims({ issuer, map: { client: "notes" } });
// @ts-expect-error 'issuer' does not exist in type 'ClaimsIssuer'
claims({ issuer: { issuer: "https://as.test" }, map });

// The conditions of workloads have no default.
githubActions({ allow: [{ repository: "acme/notes", ref: "refs/heads/main" }] });
githubActions({
  allow: [{ repository: "acme/notes", environment: "production", ref: ["refs/heads/main"], scopes: ["notes:write"] }],
});
githubActions({ allow: [{ repository: "acme/notes", pullRequests: true }] });
// @ts-expect-error Property 'allow' is missing
githubActions({});
// @ts-expect-error Source has 0 element(s) but target requires 1
githubActions({ allow: [] });
// @ts-expect-error Property 'environment' is missing
githubActions({ allow: [{ repository: "acme/notes" }] });
// @ts-expect-error Property 'repository' is missing
githubActions({ allow: [{ ref: "refs/heads/main" }] });
// @ts-expect-error Types of property 'ref' are incompatible
githubActions({ allow: [{ repository: "acme/notes", pullRequests: true, ref: "refs/heads/main" }] });
// @ts-expect-error Type 'false' is not assignable to type 'true'
githubActions({ allow: [{ repository: "acme/notes", pullRequests: false }] });
kubernetes({ allow: [{ namespace: "billing", serviceAccount: "invoicer" }] });
// @ts-expect-error Property 'allow' is missing
kubernetes({});
// @ts-expect-error Property 'serviceAccount' is missing
kubernetes({ allow: [{ namespace: "billing" }] });
// @ts-expect-error Property 'namespace' is missing
kubernetes({ allow: [{ serviceAccount: "invoicer" }] });
spiffe({ trustDomain: "prod.example", allow: [{ path: "/ns/prod/sa/billing" }] });
// @ts-expect-error Property 'trustDomain' is missing
spiffe({ allow: [{ path: "/ns/prod/sa/billing" }] });
// @ts-expect-error Source has 0 element(s) but target requires 1
spiffe({ trustDomain: "prod.example", allow: [] });

// Settings without which a map would let everyone in, or read nothing.
google({ hd: "acme.example" });
// @ts-expect-error Property 'hd' is missing
google({ serviceAccounts: [] });
// @ts-expect-error Expected 1 arguments
sap();
// @ts-expect-error Property 'project' is missing
zitadel({});

// A map of one's own.
const options: ClaimsMapOptions = { name: "acme", kind: "user", require: [{ claim: "token_use", is: "access" }] };
holds<Equal<ReturnType<typeof claimsMap>, ClaimsMap>>();
claimsMap({ ...options, kind: [{ kind: "client", when: ({ sub, client_id }) => sub === client_id }, { kind: "user" }] });
// @ts-expect-error Property 'kind' is missing
claimsMap({ name: "acme" });
// @ts-expect-error Type '"admin"' is not assignable to type
claimsMap({ name: "acme", kind: "admin" });
// @ts-expect-error Property 'present' is missing
claimsMap({ ...options, require: [{ claim: "token_use" }] });
// A claim is unknown until it is checked.
// @ts-expect-error 'sub' is of type 'unknown'
claimsMap({ ...options, kind: [{ kind: "user", when: ({ sub }) => sub.startsWith("u") }] });
byIssuer({ "https://as.test": map });
// @ts-expect-error is not assignable to type 'ClaimsMap'
byIssuer({ "https://as.test": keycloak });

// A ready map has the options of its function; a name that is not known when compiling takes any record.
holds<Equal<ReturnType<typeof readyMap<"keycloak">>, typeof keycloak>>();
readyMap("keycloak")({ client: "notes" });
// @ts-expect-error Property 'allow' is missing
readyMap("github-actions")({});
holds<Equal<ReturnType<ReturnType<typeof readyMap<string>>>, ClaimsMap>>();
readyMap(some<string>())({ client: "notes" });
