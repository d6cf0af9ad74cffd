import { authenticate, createApi, get, identified, oauth2AuthorizationCode, post, roles, scopes } from "lockstep";
import { generateSigningKey, jwtVerifier, signingKey } from "lockstep/jwt";
import { byIssuer, claims, claimsMap, clientCredentials, githubActions, issuers, keycloak, tokenExchange } from "lockstep/oidc";
import { keys } from "./provider.fixture.ts";

const token = oauth2AuthorizationCode({
  authorizationUrl: "https://login.acme.example/realms/acme/protocol/openid-connect/auth",
  tokenUrl: "https://login.acme.example/realms/acme/protocol/openid-connect/token",
  scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
});

// #region keycloak
const people = jwtVerifier({
  issuer: "https://login.acme.example/realms/acme",
  audience: "notes",
  typ: "JWT",
  algorithms: ["ES256"],
  keys,
});
const callers = claims({ issuer: people, map: keycloak({ client: "notes" }), roles: ["admin", "editor"] });

export const currentUser = callers.authenticate(token);
export const role = roles({ admin: ["editor"], editor: [] }, currentUser, (caller) => caller.roles);
// #endregion

const accounts = new Map([["https://login.acme.example/realms/acme#user:7f1c", { id: 7, name: "Ann" }]]);

// #region account
export const account = authenticate({ caller: callers.of(token) }, ({ caller }) => {
  const found = accounts.get(caller.principal.id);
  return found && identified(found, caller.grants);
});
// #endregion

// #region github
const jobs = jwtVerifier({
  issuer: "https://token.actions.githubusercontent.com",
  audience: "https://notes.example",
  typ: "JWT",
  algorithms: ["ES256"],
  keys,
});
const deployments = githubActions({
  allow: [
    { repository: "acme/notes", environment: "production", scopes: ["notes:write"] },
    { repository: "acme/notes", ref: "refs/heads/main", scopes: ["notes:read"] },
  ],
});

export const job = claims({ issuer: jobs, map: deployments }).authenticate(token);
// #endregion

// #region both
export const anyone = claims({
  issuer: issuers([people, jobs]),
  map: byIssuer({ [people.issuer]: keycloak({ client: "notes" }), [jobs.issuer]: deployments }),
}).authenticate(token);
// #endregion

// #region calling
/** The public half of this key is registered at the provider. In production, load it from where your secrets are. */
const clientKey = signingKey(await generateSigningKey("ES256"));
const client = { issuer: people.issuer, clientId: "notes-api", authentication: "private_key_jwt", signingKey: clientKey } as const;

/** In the name of this API. */
export const payments = clientCredentials({ ...client, scope: "payments:write", resource: "https://payments.example" });
/** In the name of the caller whose token it is given (RFC 8693). */
export const onBehalf = tokenExchange({ ...client, audience: "payments" });
// #endregion

const acme = jwtVerifier({ issuer: "https://acme.example", audience: "notes", typ: "JWT", algorithms: ["ES256"], keys });

// #region own
const acmeMap = claimsMap({
  name: "acme",
  kind: [{ kind: "client", when: ({ acting_as }) => acting_as === "client", subject: "client_id" }, { kind: "user" }],
  roles: { claim: ["https://acme.example/access", "groups"], names: { "notes-admins": "admin" } },
  scopes: { claim: "scp", prefix: "api:" },
  require: [{ claim: "token_use", is: "access" }],
});
// #endregion

export const acmeUser = claims({ issuer: acme, map: acmeMap }).authenticate(token);

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    get("/me", { deps: { user: scopes(currentUser, "notes:read") } }, ({ user }) => user.id),
    get("/admin", { deps: { admin: role.require("admin"), user: scopes(currentUser, "notes:read") } }, ({ admin }) => admin.id),
    get("/account", { deps: { account: scopes(account, "notes:read") } }, ({ account: { name } }) => name),
    post("/deployments", { status: 200, deps: { job: scopes(job, "notes:write") } }, ({ job: { subject } }) => subject),
    get("/anyone", { deps: { caller: scopes(anyone, "notes:read") } }, ({ caller }) => caller.kind),
    get("/acme", { deps: { user: scopes(acmeUser, "notes:read") } }, ({ user }) => user.roles.join(" ")),
  ],
});
