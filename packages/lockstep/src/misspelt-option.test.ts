/**
 * Every public function that takes options refuses one that it does not know. This walks the exports, so a function that is added
 * is either called here with a misspelt option or named among those without options.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { z } from "zod";
import * as fastify from "./host/fastify/index.ts";
import * as fetch from "./host/fetch/index.ts";
import * as host from "./host/index.ts";
import * as lockstep from "./index.ts";
import * as oidc from "./oidc/index.ts";
import * as openTelemetry from "./opentelemetry/index.ts";
import * as rateLimits from "./rate-limit/index.ts";
import * as scheme from "./scheme/index.ts";
import * as testing from "./testing/index.ts";
import * as jwt from "./token/index.ts";
import * as multipart from "./multipart/index.ts";
import * as webhook from "./webhook/index.ts";
import * as websockets from "./host/websocket/index.ts";

/** Calls a function correctly, except for the additions to its options. */
type Call = (added: object) => unknown;

/** A call, and how the message names it, if not as the function. */
type Row = Call | readonly [where: string, call: Call];

const text = z.string();
const record = z.object({ text });
const fine = { public: "a test" };
const about = { title: "Test", version: "1", routes: [], audit: () => {} };
const api = lockstep.createApi(about);
const open = { ...about, docs: fine };
const cookie = { name: "theme", value: "dark" };
const key = { name: "X-API-Key" };
const tokenUrl = "/auth/token";
const user = lockstep.authenticate({ key: lockstep.apiKeyHeader(key) }, () => ({ id: "u1" }));
const granted = lockstep.authenticate({ key: lockstep.apiKeyHeader(key) }, () => lockstep.identified({ id: "u1" }, { sub: "u1" }));
const admin = lockstep.authorize({ user }, ({ user: who }) => who, { reach: "any" });
const id = lockstep.path("id", text);
const note = { id: "n1", ownerId: "u1" };
const privateJwk = await jwt.generateSigningKey("ES256");
const signingKey = jwt.signingKey(privateJwk);
const keys = jwt.jwks(jwt.publicJwks([signingKey]));
const token = { issuer: "https://as.test", audience: "https://api.test", typ: "at+jwt" } as const;
const verifier = { ...token, keys, algorithms: ["ES256"] } as const;
const resource = { url: "https://api.test", authorizationServers: ["https://as.test"] } as const;

const whsec = `whsec_${randomBytes(32).toString("base64")}`;

const ticket: scheme.SchemeDefinition = {
  name: "Ticket",
  place: "authorization ticket",
  ambient: false,
  scopes: {},
  extract: () => undefined,
  challenge: () => "Ticket",
  openapi: { type: "http", scheme: "ticket" },
};

/** The functions of the core, by their names; a word in brackets is a record inside of their options. */
const core: Readonly<Record<string, Row>> = {
  // The API.
  createApi: (added) => lockstep.createApi({ ...about, ...added }),
  "createApi({ docs })": (added) => lockstep.createApi({ ...open, docs: { ...fine, theme: "dark", ...added } }),
  "createApi({ webhooks })": [
    "createApi({ webhooks }): noteCreated",
    (added) => lockstep.createApi({ ...about, webhooks: { noteCreated: { payload: record, summary: "A note.", ...added } } }),
  ],
  "createApi({ resource })": (added) => lockstep.createApi({ ...about, resource: { ...resource, ...added } }),
  "createApi({ servers })": (added) => lockstep.createApi({ ...about, servers: [{ url: "https://api.test", ...added }] }),
  "createApi({ limits })": ["limits", (added) => lockstep.createApi({ ...about, limits: { maxCookies: 1, ...added } })],
  "api.run": (added) =>
    api.run(
      lockstep.depends({}, () => 1),
      { with: [], ...added },
    ),
  "api.close": (added) => lockstep.createApi(about).close({ graceSeconds: 1, ...added }),
  "api.with": (added) => api.with([], { testing: true, ...added }),
  group: (added) => lockstep.group({ prefix: "/v1", ...added }),
  get: ["GET /", (added) => lockstep.get("/", { ...fine, ...added }, () => 1)],
  post: ["POST /", (added) => lockstep.post("/", { ...fine, status: 200, ...added }, () => 1)],
  "post({ callbacks })": [
    "POST /: callbacks: ready",
    (added) =>
      lockstep.post(
        "/",
        { ...fine, callbacks: { ready: { url: "https://a.test/", webhook: { payload: record }, ...added } } },
        () => undefined,
      ),
  ],
  put: ["PUT /", (added) => lockstep.put("/", { ...fine, status: 200, ...added }, () => 1)],
  patch: ["PATCH /", (added) => lockstep.patch("/", { ...fine, status: 200, ...added }, () => 1)],
  del: ["DELETE /", (added) => lockstep.del("/", { ...fine, status: 200, ...added }, () => 1)],
  websocket: [
    "websocket /",
    (added) => lockstep.websocket("/", { ...fine, deps: { it: lockstep.messages({}) }, ...added }, () => {}),
  ],
  messages: (added) => lockstep.messages({ sends: record, ...added }),
  // Verbs.
  authorize: (added) => lockstep.authorize({ user }, ({ user: who }) => who, { reach: "any", problems: {}, ...added }),
  owned: (added) =>
    lockstep.owned(
      { id, user },
      () => note,
      ({ ownerId }) => ownerId,
      { owner: "user", ...added },
    ),
  permitted: (added) => lockstep.permitted({ id, admin }, () => note, { checks: ["path.id"], ...added }),
  roles: (added) => lockstep.roles({ admin: [] }, user, () => "admin", { reachAny: ["admin"], ...added }),
  stepUp: (added) => lockstep.stepUp(granted, { maxAgeSeconds: 300, ...added }),
  unowned: (added) => lockstep.unowned("a test", { id }, () => note, { apart: "a test", ...added }),
  // Values.
  depends: (added) => lockstep.depends({}, () => 1, { lifetime: "app", ...added }),
  resource: (added) => lockstep.resource({}, function* () {}, { lifetime: "app", ...added }),
  run: (added) =>
    lockstep.run(
      lockstep.depends({}, () => 1),
      { with: [], ...added },
    ),
  // Inputs.
  path: ['path("id")', (added) => lockstep.path("id", text, { identifies: "object", ...added })],
  query: ['query("q")', (added) => lockstep.query("q", text, { identifies: "object", ...added })],
  header: ['header("X-Text")', (added) => lockstep.header("X-Text", text, { identifies: "object", ...added })],
  cookie: ['cookie("theme")', (added) => lockstep.cookie("theme", text, { identifies: "object", ...added })],
  body: (added) => lockstep.body(record, { identifies: { text: "object" }, ...added }),
  form: (added) => lockstep.form(record, { identifies: { text: "object" }, ...added }),
  bodyStream: (added) => lockstep.bodyStream({ mediaTypes: ["text/csv"], ...added }),
  rawBody: (added) => lockstep.rawBody({ mediaTypes: ["text/csv"], ...added }),
  connection: (added) => lockstep.connection({ addressOr: "do without it", ...added }),
  // The answer.
  eventStream: (added) => lockstep.eventStream(record, { heartbeatSeconds: 5, ...added }),
  responseHeaders: ['responseHeaders({ "X-A" })', (added) => lockstep.responseHeaders({ "X-A": { description: "A.", ...added } })],
  responseCookie: (added) => lockstep.responseCookie({ name: "theme", onFailure: "send", ...added }),
  // Schemes.
  apiKeyCookie: (added) => lockstep.apiKeyCookie({ name: "session", ...added }),
  apiKeyHeader: (added) => lockstep.apiKeyHeader({ ...key, ...added }),
  apiKeyQuery: (added) => lockstep.apiKeyQuery({ name: "key", unsafeInUrl: true, ...added }),
  httpBasic: (added) => lockstep.httpBasic({ realm: "Test", ...added }),
  httpBearer: (added) => lockstep.httpBearer({ bearerFormat: "JWT", ...added }),
  mutualTls: (added) => lockstep.mutualTls({ schemeName: "Certificate", ...added }),
  oauth2AuthorizationCode: (added) => lockstep.oauth2AuthorizationCode({ authorizationUrl: "/authorize", tokenUrl, ...added }),
  oauth2ClientCredentials: (added) => lockstep.oauth2ClientCredentials({ tokenUrl, ...added }),
  oauth2PasswordBearer: (added) => lockstep.oauth2PasswordBearer({ tokenUrl, ...added }),
  openIdConnect: (added) => lockstep.openIdConnect({ openIdConnectUrl: "https://as.test", ...added }),
  "openIdConnect({ docs })": (added) =>
    lockstep.openIdConnect({ openIdConnectUrl: "https://as.test", docs: { clientId: "docs", ...added } }),
  "oauth2AuthorizationCode({ docs })": (added) =>
    lockstep.oauth2AuthorizationCode({ authorizationUrl: "/a", tokenUrl, docs: { clientId: "docs", ...added } }),
  signedHeader: (added) => lockstep.signedHeader("X-Timestamp", { schemeName: "Time", ...added }),
  // Results. They are called while a request is answered; the answer to the mistake is a 500, and the developer reads the code.
  reply: (added) => lockstep.reply(200, {}, { headers: {}, ...added }),
  "reply({ cookies })": ["cookies", (added) => lockstep.reply(200, {}, { cookies: [{ ...cookie, ...added }] })],
  redirect: (added) => lockstep.redirect("/", { status: 303, ...added }),
  csv: (added) => lockstep.csv([{ name: "id", ...added }]),
  stream: (added) => lockstep.stream([], { type: "text/csv", ...added }),
  problem: (added) => lockstep.problem(409, "taken", "It is taken.", { title: "Taken", ...added }),
  Problem: ["problem()", (added) => new lockstep.Problem(409, "taken", "It is taken.", added)],
  oauthError: (added) => lockstep.oauthError("invalid_grant", "It is over.", { status: 401, ...added }),
};

const limits = { by: "address", limits: [{ points: 1, windowSeconds: 1 }], store: rateLimits.memoryStore() } as const;
const foreign = { ...token, issuer: "https://as.example", algorithms: ["ES256"] } as const;
const client = { clientId: "notes", clientSecret: "a secret" } as const;
const redis = { eval: () => undefined, set: () => undefined };
const proofs = { replays: jwt.memoryProofReplays() };
const pool = { query: () => undefined };

/** The functions of the subpaths. */
const others: Readonly<Record<string, Row>> = {
  rateLimit: (added) => rateLimits.rateLimit({ ...limits, ...added }),
  "rateLimit({ limits })": (added) => rateLimits.rateLimit({ ...limits, limits: [{ points: 1, windowSeconds: 1, ...added }] }),
  memoryStore: (added) => rateLimits.memoryStore({ maxKeys: 1, ...added }),
  postgresStore: (added) => rateLimits.postgresStore(pool, { table: "limits", ...added }),
  redisStore: (added) => rateLimits.redisStore(redis, { prefix: "limits", ...added }),
  hmacSecret: (added) => jwt.hmacSecret(randomBytes(32), { alg: "HS256", ...added }),
  jwtIssuer: (added) => jwt.jwtIssuer({ ...token, key: signingKey, lifetimeSeconds: 60, ...added }),
  jwtVerifier: (added) => jwt.jwtVerifier({ ...verifier, ...added }),
  "jwtVerifier({ cache })": (added) => jwt.jwtVerifier({ ...verifier, cache: { maxBytes: 1, ...added } }),
  "jwtVerifier({ audience })": (added) => jwt.jwtVerifier({ ...verifier, audience: { clientId: ["web"], ...added } }),
  "jwtVerifier({ scopeClaim })": (added) => jwt.jwtVerifier({ ...verifier, scopeClaim: { name: "scp", ...added } }),
  "jwtVerifier({ withoutSubject })": (added) =>
    jwt.jwtVerifier({ ...verifier, withoutSubject: { claim: "azp", prefix: "client:", ...added } }),
  jwks: (added) => jwt.jwks(jwt.publicJwks([signingKey]), { onProblem: () => {}, ...added }),
  liveJwks: (added) => jwt.liveJwks({ load: async () => ({ keys: [] }), ...added }),
  remoteJwks: (added) => jwt.remoteJwks({ url: "https://as.example/keys", ...added }),
  dpop: (added) => jwt.dpop({ ...proofs, ...added }),
  "dpop({ nonce })": (added) => jwt.dpop({ ...proofs, nonce: { secrets: [jwt.hmacSecret(randomBytes(32))], ...added } }),
  mutualTlsBound: (added) => jwt.mutualTlsBound({ required: true, ...added }),
  memoryProofReplays: (added) => jwt.memoryProofReplays({ maxEntries: 1, ...added }),
  postgresProofReplays: (added) => jwt.postgresProofReplays(pool, { table: "proofs", ...added }),
  redisProofReplays: (added) => jwt.redisProofReplays(redis, { prefix: "proofs", ...added }),
  scheme: (added) => scheme.scheme({ ...ticket, ...added }),
  multipart: (added) => multipart.multipart({ fields: record, files: {}, ...added }),
  "multipart({ files })": [
    'multipart(): file "avatar"',
    (added) => multipart.multipart({ files: { avatar: { mediaTypes: ["image/png"], maxBytes: 1, ...added } } }),
  ],
  oidc: (added) => oidc.oidc({ ...foreign, ...added }),
  "oidc({ docs })": (added) => oidc.oidc({ ...foreign, docs: { clientId: "docs", ...added } }),
  oidcBearer: (added) => oidc.oidcBearer({ issuer: oidc.oidc(foreign), ...added }),
  "oidc({ introspection })": (added) => oidc.oidc({ ...foreign, introspection: { ...client, ...added } }),
  clientCredentials: (added) => oidc.clientCredentials({ issuer: foreign.issuer, ...client, ...added }),
  tokenExchange: (added) => oidc.tokenExchange({ issuer: foreign.issuer, ...client, ...added }),
  openTelemetry: (added) => openTelemetry.openTelemetry({ ...added }),
  standardWebhooks: (added) => webhook.standardWebhooks({ secrets: [whsec], payload: record, ...added }),
  stripeWebhook: (added) => webhook.stripeWebhook({ secrets: [whsec], payload: record, ...added }),
  githubWebhook: (added) => webhook.githubWebhook({ secrets: [whsec], payload: record, ...added }),
  webhookSignature: (added) =>
    webhook.webhookSignature({
      sender: "test",
      secrets: [whsec],
      signatureHeader: "X-Signature",
      read: () => undefined,
      payload: record,
      ...added,
    }),
  memoryReplays: (added) => webhook.memoryReplays({ maxEntries: 1, ...added }),
  outgoingWebhook: (added) => webhook.outgoingWebhook({ payload: record, summary: "A note.", ...added }),
  "outgoingWebhook().send": [
    "sendWebhook()",
    (added) =>
      webhook
        .outgoingWebhook({ payload: record })
        .send({ url: "https://localhost/", id: "msg_1", payload: { text: "a" }, secrets: [whsec], ...added }),
  ],
  sendWebhook: (added) => webhook.sendWebhook({ url: "https://localhost/", id: "msg_1", body: "", secrets: [whsec], ...added }),
  signWebhook: (added) => webhook.signWebhook({ id: "msg_1", body: "", secrets: [whsec], ...added }),
  lockstep: (added) => fastify.lockstep(api, { foreign: [], ...added }),
  fastifyServer: (added) => fastify.fastifyServer(api, { foreign: [], ...added }).close(),
  dispatcherOf: (added) => host.dispatcherOf(api, { clientAddress: true, ...added }),
  serveFetch: (added) => fetch.serveFetch(api, { address: () => undefined, ...added }),
};

const job = { repository: "acme/notes", environment: "production" };
const account = { namespace: "billing", serviceAccount: "invoicer" };

/** Receivers of events from a provider. */
const eventIssuer = { issuer: "https://login.example.com", audience: "notes-web", algorithms: ["ES256"] } as const;
const sink: oidc.ProviderEventSink = async () => "handled";
/** A transmitter that nobody reaches. */
const poll = {
  transmitter: { ...eventIssuer, issuer: "http://127.0.0.1:1", allowLoopback: true },
  endpoint: "http://127.0.0.1:1/poll",
  token: lockstep.secret("a token of a stream"),
  sink,
  onProblem: () => {},
} as const;
const events: Readonly<Record<string, Row>> = {
  backchannelLogout: (added) => oidc.backchannelLogout({ issuers: [eventIssuer], sink, ...added }),
  "backchannelLogout({ issuers })": [
    "backchannelLogout(), issuers",
    (added) => oidc.backchannelLogout({ issuers: [{ ...eventIssuer, ...added }], sink }),
  ],
  securityEvents: (added) => oidc.securityEvents({ transmitters: [eventIssuer], sink, ...added }),
  "securityEvents({ transmitters })": [
    "securityEvents(), transmitters",
    (added) => oidc.securityEvents({ transmitters: [{ ...eventIssuer, ...added }], sink }),
  ],
  pollSecurityEvents: (added) => oidc.pollSecurityEvents({ ...poll, ...added }).close(),
  "pollSecurityEvents({ transmitter })": [
    "pollSecurityEvents(), transmitters",
    (added) => oidc.pollSecurityEvents({ ...poll, transmitter: { ...poll.transmitter, ...added } }).close(),
  ],
};

/** The maps of claims. */
const maps: Readonly<Record<string, Row>> = {
  identityProvider: (added) => oidc.identityProvider({ tokens: jwt.jwtVerifier(verifier), map: oidc.rfc9068(), ...added }),
  claims: (added) => oidc.claims({ issuer: jwt.jwtVerifier(verifier), map: oidc.keycloak(), ...added }),
  claimsMap: (added) => oidc.claimsMap({ name: "acme", kind: "user", ...added }),
  "claimsMap({ kind })": [
    "claimsMap(): kind",
    (added) => oidc.claimsMap({ name: "acme", kind: [{ kind: "user", subject: "sub", ...added }] }),
  ],
  "claimsMap({ roles })": [
    "claimsMap(): roles",
    (added) => oidc.claimsMap({ name: "acme", kind: "user", roles: { claim: "roles", ...added } }),
  ],
  "claimsMap({ scopes })": [
    "claimsMap(): scopes",
    (added) => oidc.claimsMap({ name: "acme", kind: "user", scopes: { claim: "scp", ...added } }),
  ],
  "claimsMap({ require })": [
    "claimsMap(): require",
    (added) => oidc.claimsMap({ name: "acme", kind: "user", require: [{ claim: "typ", is: "Bearer", ...added }] }),
  ],
  "claimsMap({ email })": [
    "claimsMap(): email",
    (added) => oidc.claimsMap({ name: "acme", kind: "user", email: { claim: "mail", verified: "mail_verified", ...added } }),
  ],
  rfc9068: (added) => oidc.rfc9068({ roles: "roles", ...added }),
  keycloak: (added) => oidc.keycloak({ client: "notes", ...added }),
  entra: (added) => oidc.entra({ groups: {}, ...added }),
  auth0: (added) => oidc.auth0({ permissions: true, ...added }),
  cognito: (added) => oidc.cognito({ scopePrefix: "notes/", ...added }),
  okta: (added) => oidc.okta({ roles: "groups", ...added }),
  google: (added) => oidc.google({ hd: "any", ...added }),
  cloudflareAccess: (added) => oidc.cloudflareAccess({ grants: [], ...added }),
  supabase: (added) => oidc.supabase({ anonymous: true, ...added }),
  firebase: (added) => oidc.firebase({ anonymous: true, ...added }),
  clerk: (added) => oidc.clerk({ grants: [], ...added }),
  zitadel: (added) => oidc.zitadel({ project: "1", ...added }),
  sap: (added) => oidc.sap({ application: "notes!t1", ...added }),
  duende: (added) => oidc.duende({ roles: "role", ...added }),
  fusionauth: (added) => oidc.fusionauth({ grants: [], ...added }),
  hydra: (added) => oidc.hydra({ roles: "roles", ...added }),
  workos: (added) => oidc.workos({ organization: "org_1", ...added }),
  stytch: (added) => oidc.stytch({ grants: [], ...added }),
  githubActions: (added) => oidc.githubActions({ allow: [job], ...added }),
  "githubActions({ allow })": ["githubActions(): allow", (added) => oidc.githubActions({ allow: [{ ...job, ...added }] })],
  kubernetes: (added) => oidc.kubernetes({ allow: [account], ...added }),
  "kubernetes({ allow })": ["kubernetes(): allow", (added) => oidc.kubernetes({ allow: [{ ...account, ...added }] })],
  spiffe: (added) => oidc.spiffe({ trustDomain: "acme.example", allow: [{ path: "/a" }], ...added }),
  "spiffe({ allow })": [
    "spiffe(): allow",
    (added) => oidc.spiffe({ trustDomain: "acme.example", allow: [{ path: "/a", ...added }] }),
  ],
};

/** What takes no options: a record of dependencies, claims, a key set or an event is data, whose names are the application's. */
const withoutOptions: ReadonlySet<string> = new Set(
  [
    "afterAnswer allow anyOf anyScope authenticate consoleAudit deny file firstOf grantedScopes html identified json lastEventId notFound nothing",
    "onlyScoped optional passwordRequestForm pinoAudit sameSecret sameSite scopes secret text unchecked Redacted",
    "generateSigningKey parseScope publicJwks signingKey issuers",
    "byIssuer readyMap handledOnce identityProviderFrom",
    "buildChallenge findCredential findHeader findParameters malformedCredential repeatedCredential",
    "Pieces answerToError discard isBodiless networksOf watchUnawaited hostSuite isWebSocketHandshake listenForHandshakes openWebSocket",
  ].flatMap((line) => line.split(" ")),
);

const rows: Readonly<Record<string, Row>> = { ...core, ...others, ...events, ...maps };

/** The functions that the package exports. An error takes what `Error` takes; `Problem`, which takes more, is among the rows. */
function exported(): readonly string[] {
  const functions = Object.entries({
    ...lockstep,
    ...jwt,
    ...fastify,
    ...fetch,
    ...host,
    ...multipart,
    ...oidc,
    ...openTelemetry,
    ...rateLimits,
    ...scheme,
    ...testing,
    ...webhook,
    ...websockets,
  });
  return functions.filter(([, value]) => typeof value === "function" && !(value.prototype instanceof Error)).map(([name]) => name);
}

async function failureOf(call: Call, added: object): Promise<unknown> {
  try {
    await call(added);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("a misspelt option", () => {
  for (const [name, row] of Object.entries(rows)) {
    const [where, call] = typeof row === "function" ? [name.endsWith(")") ? name : `${name}()`, row] : row;
    test(`is refused by ${name}, with what to write`, async () => {
      const error = await failureOf(call, { mispelt: undefined });
      assert.ok(error instanceof lockstep.BuildError, String(error));
      assert.equal(error.code, "wrong_option");
      assert.ok(error.message.startsWith(`${where}: correct or remove the option "mispelt"; the options are `), error.message);
      // Without it the call is right. An error that the function makes or throws on purpose is not about options.
      assert.ok(!((await failureOf(call, {})) instanceof lockstep.BuildError));
    });
  }

  test("is refused by every public function that takes options: the rows above are complete", () => {
    assert.deepEqual(
      exported().filter((name) => !(name in rows) && !withoutOptions.has(name)),
      [],
    );
  });

  test("does not compile in any of them", () => {
    const typeTest = readFileSync(join(import.meta.dirname, "../test-d/options.test-d.ts"), "utf8");
    const refused = new Set(Array.from(typeTest.matchAll(/^\/\/ (\S.*)\n\/\/ @ts-expect-error /gmu), ([, name]) => name));
    assert.deepEqual(
      Object.keys(rows).filter((name) => !refused.has(name)),
      [],
    );
  });
});
