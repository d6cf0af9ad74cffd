/**
 * A misspelt option does not compile, in any public function that takes options, also beside a right one. The comment above each
 * names the function; `misspelt-option.test.ts` compares the names with the exports.
 */
import { z } from "zod";
import {
  anyScope,
  apiKeyCookie,
  apiKeyHeader,
  apiKeyQuery,
  authenticate,
  authorize,
  body,
  bodyStream,
  connection,
  cookie,
  createApi,
  csv,
  eventStream,
  del,
  depends,
  form,
  get,
  group,
  header,
  httpBasic,
  httpBearer,
  messages,
  mutualTls,
  oauth2AuthorizationCode,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  oauthError,
  openIdConnect,
  owned,
  patch,
  path,
  permitted,
  post,
  Problem,
  problem,
  put,
  query,
  rawBody,
  redirect,
  reply,
  resource,
  responseCookie,
  responseHeaders,
  roles,
  run,
  sameSite,
  scopes,
  stepUp,
  secret as secretText,
  signedHeader,
  stream,
  unowned,
  websocket,
} from "lockstep";
import { fastifyServer, lockstep } from "lockstep/fastify";
import { serveFetch } from "lockstep/fetch";
import { dispatcherOf } from "lockstep/host";
import {
  dpop,
  hmacSecret,
  type HmacSecret,
  jwks,
  jwtIssuer,
  jwtVerifier,
  liveJwks,
  memoryProofReplays,
  mutualTlsBound,
  postgresProofReplays,
  redisProofReplays,
  remoteJwks,
} from "lockstep/jwt";
import {
  auth0,
  claims,
  claimsMap,
  clerk,
  clientCredentials,
  cloudflareAccess,
  cognito,
  duende,
  entra,
  firebase,
  fusionauth,
  githubActions,
  google,
  hydra,
  backchannelLogout,
  identityProvider,
  issuers,
  type ProviderEventSink,
  keycloak,
  kubernetes,
  oidc,
  oidcBearer,
  pollSecurityEvents,
  okta,
  rfc9068,
  sap,
  securityEvents,
  spiffe,
  stytch,
  supabase,
  tokenExchange,
  workos,
  zitadel,
} from "lockstep/oidc";
import { openTelemetry } from "lockstep/opentelemetry";
import { memoryStore, postgresStore, rateLimit, redisStore } from "lockstep/rate-limit";
import { scheme, type SchemeDefinition } from "lockstep/scheme";
import { multipart } from "lockstep/multipart";
import {
  githubWebhook,
  memoryReplays,
  outgoingWebhook,
  sendWebhook,
  signWebhook,
  standardWebhooks,
  stripeWebhook,
  webhookSignature,
} from "lockstep/webhook";
import { activeUser, admin, id, token as bearer } from "./example.ts";

const client = { clientId: "notes", clientSecret: "a secret" } as const;
const text = z.string();
const event = z.object({ id: z.string() });
const about = { title: "Test", version: "1", routes: [] };
const api = createApi({ ...about, docs: { access: activeUser } });
declare const load: () => { readonly ownerId: string };
declare const ticket: SchemeDefinition;
declare const secret: HmacSecret;
const token = { issuer: "https://as.test", audience: "https://api.test", typ: "at+jwt" } as const;
const verifier = { ...token, keys: secret, algorithms: ["HS256"] } as const;

// createApi
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, mispelt: 1 });
// createApi({ docs })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, docs: { public: "a test", mispelt: 1 } });
// @ts-expect-error Type '"blue"' is not assignable
createApi({ ...about, docs: { public: "a test", theme: "blue" } });
// @ts-expect-error is not assignable
createApi({ ...about, docs: { theme: "dark" } });
// createApi({ webhooks })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, webhooks: { noteCreated: { payload: event, mispelt: 1 } } });
// @ts-expect-error Property 'payload' is missing
createApi({ ...about, webhooks: { noteCreated: { summary: "A note." } } });
createApi({ ...about, webhooks: { noteCreated: { payload: event }, noteDeleted: outgoingWebhook({ payload: event }) } });
const ready = { url: "https://a.test/", webhook: { payload: event } };
// post({ callbacks })
// @ts-expect-error 'mispelt' does not exist
post("/", { public: "a test", callbacks: { ready: { ...ready, mispelt: 1 } } }, () => {});
// @ts-expect-error Property 'url' is missing
post("/", { public: "a test", callbacks: { ready: { webhook: { payload: event } } } }, () => {});
post("/", { public: "a test", callbacks: { ready } }, () => {});
// outgoingWebhook
// @ts-expect-error 'mispelt' does not exist
outgoingWebhook({ payload: event, mispelt: 1 });
const sending = { url: "https://a.test/", id: "msg_1", secrets: ["whsec_1"] } as const;
// outgoingWebhook().send
// @ts-expect-error 'mispelt' does not exist
outgoingWebhook({ payload: event }).send({ ...sending, payload: { id: "n1" }, mispelt: 1 });
// @ts-expect-error Type 'number' is not assignable to type 'string | Date'
outgoingWebhook({ payload: event }).send({ ...sending, payload: { id: 1 } });
// @ts-expect-error Property 'payload' is missing
outgoingWebhook({ payload: event }).send(sending);
outgoingWebhook({ payload: event }).send({ ...sending, payload: { id: "n1" } });
createApi({ ...about, docs: { public: "a test", theme: "dark", logo: "/logo.svg", clientId: "docs", tryItOut: false } });
// createApi({ resource })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, resource: { url: "https://api.test", authorizationServers: ["https://as.test"], mispelt: 1 } });
// createApi({ servers })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, servers: [{ url: "https://api.test", mispelt: 1 }] });
// createApi({ limits })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, limits: { maxCookies: 1, mispelt: 1 } });
// api.run
// @ts-expect-error 'mispelt' does not exist
await api.run(activeUser, { with: [], mispelt: 1 });
// api.close
// @ts-expect-error 'mispelt' does not exist
await api.close({ graceSeconds: 1, mispelt: 1 });
// api.with
// @ts-expect-error 'mispelt' does not exist
api.with([], { testing: true, mispelt: 1 });
// group
// @ts-expect-error 'mispelt' does not exist
group({ prefix: "/v1", mispelt: 1 });
// get
// @ts-expect-error 'mispelt' does not exist
get("/", { public: "a test", mispelt: 1 }, () => 1);
// post
// @ts-expect-error 'mispelt' does not exist
post("/", { public: "a test", mispelt: 1 }, () => undefined);
// put
// @ts-expect-error 'mispelt' does not exist
put("/", { public: "a test", mispelt: 1 }, () => undefined);
// patch
// @ts-expect-error 'mispelt' does not exist
patch("/", { public: "a test", mispelt: 1 }, () => undefined);
// del
// @ts-expect-error 'mispelt' does not exist
del("/", { public: "a test", mispelt: 1 }, () => undefined);

// authorize
// @ts-expect-error 'mispelt' does not exist
authorize({ user: activeUser }, ({ user }) => user, { reach: "any", mispelt: 1 });
// owned
// @ts-expect-error 'mispelt' does not exist
owned({ id, user: activeUser }, load, (note) => note.ownerId, { owner: "user", mispelt: 1 });
// permitted
// @ts-expect-error 'mispelt' does not exist
permitted({ id, admin }, load, { checks: ["path.id"], mispelt: 1 });
// roles
// @ts-expect-error 'mispelt' does not exist
roles({ admin: [] }, activeUser, () => "admin", { reachAny: ["admin"], mispelt: 1 });
// stepUp
// @ts-expect-error 'mispelt' does not exist
stepUp(activeUser, { maxAgeSeconds: 300, mispelt: 1 });
// unowned
// @ts-expect-error 'mispelt' does not exist
unowned("a test", { id }, load, { apart: "a test", mispelt: 1 });

// The records in a specification have statuses as names.
// @ts-expect-error 'mispelt' does not exist
get("/", { public: "a test", problems: { 409: "Taken.", mispelt: "Taken." } }, () => 1);
// @ts-expect-error Type 'number' is not assignable to type 'string'
get("/", { public: "a test", problems: { 409: { taken: 1 } } }, () => 1);
// @ts-expect-error write responses by status from 200 to 599
get("/", { public: "a test", responses: { 200: z.number(), mispelt: z.number() } }, () => 1);
// @ts-expect-error 'mispelt' does not exist
authorize({ user: activeUser }, ({ user }) => user, { problems: { 409: "Taken.", mispelt: "Taken." } });
// @ts-expect-error 'mispelt' does not exist
depends({}, () => 1, { problems: { 409: "Taken.", mispelt: "Taken." } });
// @ts-expect-error 'origins' does not exist
sameSite({ origins: [] });
// What takes no options refuses a record of them.
// @ts-expect-error Expected 2 arguments, but got 3
authenticate({ token: bearer }, () => ({ id: "u1" }), { reach: "any" });
// @ts-expect-error Expected 2 arguments, but got 3
anyScope(activeUser, "a test", { problems: {} });
// @ts-expect-error is not assignable to parameter of type '"notes:read" | "notes:write"'
scopes(activeUser, "notes:read", { problems: {} });
// Right options compile.
authorize({ user: activeUser }, ({ user }) => user, { reach: "any", problems: { 409: "Taken." } });
owned({ id, user: activeUser }, load, (note) => note.ownerId, { owner: "user", checks: ["path.id"], apart: "a test" });
permitted({ id, admin }, load, { checks: ["path.id"], apart: "a test" });
roles({ admin: [] }, activeUser, () => "admin", { reachAny: ["admin"] });
unowned("a test", { id }, load, { checks: ["path.id"], apart: "a test" });
get("/", { public: "a test", problems: { 409: { taken: "Taken." }, 410: "Gone." } }, () => 1);
get("/", { public: "a test", problems: { 409: "Taken." }, responses: { 200: z.number(), 204: null } }, () => 1);

// depends
// @ts-expect-error 'mispelt' does not exist
depends({}, () => 1, { lifetime: "app", mispelt: 1 });
// resource
// @ts-expect-error 'mispelt' does not exist
resource({}, function* () {}, { lifetime: "app", mispelt: 1 });
// run
// @ts-expect-error 'mispelt' does not exist
await run(activeUser, { with: [], mispelt: 1 });

// path
// @ts-expect-error 'mispelt' does not exist
path("id", text, { identifies: "object", mispelt: 1 });
// query
// @ts-expect-error 'mispelt' does not exist
query("q", text, { identifies: "object", mispelt: 1 });
// header
// @ts-expect-error 'mispelt' does not exist
header("X-Text", text, { identifies: "object", mispelt: 1 });
// cookie
// @ts-expect-error 'mispelt' does not exist
cookie("theme", text, { identifies: "object", mispelt: 1 });
// body
// @ts-expect-error 'mispelt' does not exist
body(z.object({ text }), { identifies: { text: "object" }, mispelt: 1 });
// form
// @ts-expect-error 'mispelt' does not exist
form(z.object({ text }), { identifies: { text: "object" }, mispelt: 1 });
// multipart
// @ts-expect-error 'mispelt' does not exist
multipart({ files: {}, mispelt: 1 });
// multipart({ files })
// @ts-expect-error 'mispelt' does not exist
multipart({ files: { avatar: { mediaTypes: ["image/png"], maxBytes: 1, mispelt: 1 } } });
// bodyStream
// @ts-expect-error 'mispelt' does not exist
bodyStream({ identifies: "object", mispelt: 1 });
// rawBody
// @ts-expect-error 'mispelt' does not exist
rawBody({ identifies: "object", mispelt: 1 });

// responseHeaders
// @ts-expect-error a header has a description and a schema
responseHeaders({ "X-A": { description: "A.", mispelt: 1 } });
// responseCookie
// @ts-expect-error 'mispelt' does not exist
responseCookie({ name: "theme", mispelt: 1 });

// apiKeyCookie
// @ts-expect-error 'mispelt' does not exist
apiKeyCookie({ name: "session", mispelt: 1 });
// apiKeyHeader
// @ts-expect-error 'mispelt' does not exist
apiKeyHeader({ name: "X-API-Key", scopes: { a: "A" }, mispelt: 1 });
// apiKeyQuery
// @ts-expect-error 'mispelt' does not exist
apiKeyQuery({ name: "key", unsafeInUrl: true, mispelt: 1 });
// httpBasic
// @ts-expect-error 'mispelt' does not exist
httpBasic({ realm: "Test", mispelt: 1 });
// httpBearer
// @ts-expect-error 'mispelt' does not exist
httpBearer({ scopes: { a: "A" }, mispelt: 1 });
// mutualTls
// @ts-expect-error 'mispelt' does not exist
mutualTls({ schemeName: "Certificate", mispelt: 1 });
// oauth2AuthorizationCode
// @ts-expect-error 'mispelt' does not exist
oauth2AuthorizationCode({ authorizationUrl: "/authorize", tokenUrl: "/token", mispelt: 1 });
// oauth2ClientCredentials
// @ts-expect-error 'mispelt' does not exist
oauth2ClientCredentials({ tokenUrl: "/token", mispelt: 1 });
// oauth2PasswordBearer
// @ts-expect-error 'mispelt' does not exist
oauth2PasswordBearer({ tokenUrl: "/token", mispelt: 1 });
// openIdConnect
// @ts-expect-error 'mispelt' does not exist
openIdConnect({ openIdConnectUrl: "https://as.test", mispelt: 1 });
// openIdConnect({ docs })
// @ts-expect-error 'mispelt' does not exist
openIdConnect({ openIdConnectUrl: "https://as.test", docs: { clientId: "docs", mispelt: 1 } });
// oauth2AuthorizationCode({ docs })
// @ts-expect-error 'mispelt' does not exist
oauth2AuthorizationCode({ authorizationUrl: "/a", tokenUrl: "/b", docs: { clientId: "docs", mispelt: 1 } });
// signedHeader
// @ts-expect-error 'mispelt' does not exist
signedHeader("X-Timestamp", { schemeName: "Time", mispelt: 1 });

// reply
// @ts-expect-error 'mispelt' does not exist
reply(200, {}, { headers: {}, mispelt: 1 });
// reply({ cookies })
// @ts-expect-error 'mispelt' does not exist
reply(200, {}, { cookies: [{ name: "theme", value: "dark", mispelt: 1 }] });
// redirect
// @ts-expect-error 'mispelt' does not exist
redirect("/", { status: 303, mispelt: 1 });
// csv
// @ts-expect-error 'mispelt' does not exist
csv([{ name: "id", mispelt: 1 }]);
// websocket
// @ts-expect-error 'mispelt' does not exist
websocket("/", { public: "a test", deps: { it: messages({}) }, mispelt: 1 }, () => {});
// messages
// @ts-expect-error 'mispelt' does not exist
messages({ sends: text, mispelt: 1 });
// eventStream
// @ts-expect-error 'mispelt' does not exist
eventStream(text, { mispelt: 1 });
// stream
// @ts-expect-error 'mispelt' does not exist
stream([], { type: "text/csv", mispelt: 1 });
// oauthError
// @ts-expect-error 'mispelt' does not exist
oauthError("invalid_grant", "It is over.", { status: 401, mispelt: 1 });
// Problem
// @ts-expect-error 'mispelt' does not exist
void new Problem(409, "taken", "It is taken.", { title: "Taken", mispelt: 1 });

// hmacSecret
// @ts-expect-error 'mispelt' does not exist
hmacSecret(new Uint8Array(32), { alg: "HS256", mispelt: 1 });
// dpop
// @ts-expect-error 'mispelt' does not exist
dpop({ replays: memoryProofReplays(), mispelt: 1 });
// dpop({ nonce })
// @ts-expect-error 'mispelt' does not exist
dpop({ replays: memoryProofReplays(), nonce: { secrets: [hmacSecret(new Uint8Array(32))], mispelt: 1 } });
// @ts-expect-error Property 'replays' is missing
dpop({ required: true });
// mutualTlsBound
// @ts-expect-error 'mispelt' does not exist
mutualTlsBound({ required: true, mispelt: 1 });
// memoryProofReplays
// @ts-expect-error 'mispelt' does not exist
memoryProofReplays({ maxEntries: 1, mispelt: 1 });
// postgresProofReplays
// @ts-expect-error 'mispelt' does not exist
postgresProofReplays({ query: () => undefined }, { table: "proofs", mispelt: 1 });
// redisProofReplays
// @ts-expect-error 'mispelt' does not exist
redisProofReplays({ set: () => undefined }, { prefix: "proofs", mispelt: 1 });
// jwtIssuer
// @ts-expect-error 'mispelt' does not exist
jwtIssuer({ ...token, key: secret, lifetimeSeconds: 60, mispelt: 1 });
// jwtVerifier
// @ts-expect-error 'mispelt' does not exist
jwtVerifier({ ...verifier, mispelt: 1 });
// jwtVerifier({ audience })
// @ts-expect-error 'mispelt' does not exist
jwtVerifier({ ...verifier, audience: { clientId: ["web"], mispelt: 1 } });
// jwtVerifier({ scopeClaim })
// @ts-expect-error 'mispelt' does not exist
jwtVerifier({ ...verifier, scopeClaim: { name: "scp", mispelt: 1 } });
// jwtVerifier({ withoutSubject })
// @ts-expect-error 'mispelt' does not exist
jwtVerifier({ ...verifier, withoutSubject: { claim: "azp", prefix: "client:", mispelt: 1 } });
// jwks
// @ts-expect-error 'mispelt' does not exist
jwks({ keys: [] }, { onProblem: () => {}, mispelt: 1 });
// jwtVerifier({ cache })
// @ts-expect-error 'mispelt' does not exist
jwtVerifier({ ...verifier, cache: { maxBytes: 1, mispelt: 1 } });
// liveJwks
// @ts-expect-error 'mispelt' does not exist
liveJwks({ load: async () => ({ keys: [] }), mispelt: 1 });
// remoteJwks
// @ts-expect-error 'mispelt' does not exist
remoteJwks({ url: "https://as.example/keys", mispelt: 1 });
// scheme
// @ts-expect-error 'mispelt' does not exist
scheme({ ...ticket, mispelt: 1 });
// standardWebhooks
// @ts-expect-error 'mispelt' does not exist
standardWebhooks({ secrets: ["whsec_"], payload: text, mispelt: 1 });
// stripeWebhook
// @ts-expect-error 'mispelt' does not exist
stripeWebhook({ secrets: ["whsec_"], payload: text, mispelt: 1 });
// githubWebhook
// @ts-expect-error 'mispelt' does not exist
githubWebhook({ secrets: ["secret"], payload: text, mispelt: 1 });
// webhookSignature
// @ts-expect-error 'mispelt' does not exist
webhookSignature({ sender: "a", secrets: ["b"], signatureHeader: "X-A", read: () => undefined, payload: text, mispelt: 1 });
// memoryReplays
// @ts-expect-error 'mispelt' does not exist
memoryReplays({ maxEntries: 1, mispelt: 1 });
// sendWebhook
// @ts-expect-error 'mispelt' does not exist
sendWebhook({ url: "https://a.example", id: "msg_1", body: "", secrets: ["whsec_"], mispelt: 1 });
// signWebhook
// @ts-expect-error 'mispelt' does not exist
signWebhook({ id: "msg_1", body: "", secrets: ["whsec_"], mispelt: 1 });
// lockstep
// @ts-expect-error 'mispelt' does not exist
lockstep(api, { foreign: [], mispelt: 1 });
// fastifyServer
// @ts-expect-error 'mispelt' does not exist
fastifyServer(api, { foreign: [], mispelt: 1 });
// dispatcherOf
// @ts-expect-error 'mispelt' does not exist
dispatcherOf(api, { clientAddress: true, mispelt: 1 });
// connection
// @ts-expect-error 'mispelt' does not exist
connection({ addressOr: "do without it", mispelt: 1 });
// serveFetch
// @ts-expect-error 'mispelt' does not exist
serveFetch(api, { address: () => undefined, mispelt: 1 });

// oidc
// @ts-expect-error 'mispelt' does not exist
oidc({ issuer: "https://as.example", audience: "a", algorithms: ["ES256"], typ: "at+jwt", mispelt: 1 });
// oidc({ docs })
// @ts-expect-error 'mispelt' does not exist
oidc({ issuer: "https://as.example", audience: "a", algorithms: ["ES256"], typ: "at+jwt", docs: { clientId: "d", mispelt: 1 } });
// oidcBearer
// @ts-expect-error 'mispelt' does not exist
oidcBearer({ issuer: oidc({ issuer: "https://as.example", audience: "a", algorithms: ["ES256"], typ: "at+jwt" }), mispelt: 1 });
// identityProvider
// @ts-expect-error 'mispelt' does not exist
identityProvider({ tokens: jwtVerifier(options), map: rfc9068(), mispelt: 1 });
// oidc({ introspection })
// @ts-expect-error 'mispelt' does not exist
oidc({ issuer: "https://as.example", audience: "a", introspection: { ...client, jwts: "introspect", mispelt: 1 } });
// clientCredentials
// @ts-expect-error 'mispelt' does not exist
clientCredentials({ issuer: "https://as.example", ...client, mispelt: 1 });
// tokenExchange
// @ts-expect-error 'mispelt' does not exist
tokenExchange({ issuer: "https://as.example", ...client, mispelt: 1 });

const eventIssuer = { issuer: "https://as.example", audience: "web", algorithms: ["ES256"] } as const;
const sink: ProviderEventSink = async () => "handled";
// backchannelLogout
// @ts-expect-error 'mispelt' does not exist
backchannelLogout({ issuers: [eventIssuer], sink, mispelt: 1 });
// backchannelLogout({ issuers })
// @ts-expect-error 'mispelt' does not exist
backchannelLogout({ issuers: [{ ...eventIssuer, mispelt: 1 }], sink });
// securityEvents
// @ts-expect-error 'mispelt' does not exist
securityEvents({ transmitters: [eventIssuer], sink, mispelt: 1 });
// securityEvents({ transmitters })
// @ts-expect-error 'mispelt' does not exist
securityEvents({ transmitters: [{ ...eventIssuer, mispelt: 1 }], sink });
const poll = { endpoint: "https://as.example/poll", token: secretText("a token of a stream"), sink };
// pollSecurityEvents
// @ts-expect-error 'mispelt' does not exist
pollSecurityEvents({ ...poll, transmitter: eventIssuer, mispelt: 1 });
// pollSecurityEvents({ transmitter })
// @ts-expect-error 'mispelt' does not exist
pollSecurityEvents({ ...poll, transmitter: { ...eventIssuer, mispelt: 1 } });
// A sink that does not say whether it had the event before.
// @ts-expect-error Promise<void>
backchannelLogout({ issuers: [eventIssuer], sink: async () => {} });

// Nothing that decides who gets in has a default, and options that contradict each other do not compile.
const foreign = { issuer: "https://as.example", audience: "a", algorithms: ["ES256"], typ: "at+jwt" } as const;
issuers([
  oidc(foreign),
  oidc({ ...foreign, introspection: client }),
  oidc({ issuer: "https://b.example", audience: "a", introspection: { ...client, jwts: "introspect" } }),
  oidc({ ...foreign, jwksUrl: "https://as.example/keys" }),
  oidc({ ...foreign, issuer: "https://c.example/{tenantid}", tenants: ["a"], discoveryUrl: "https://c.example/a" }),
]);
// An algorithm of secrets.
// @ts-expect-error '"HS256"' is not assignable to type
oidc({ ...foreign, algorithms: ["HS256"] });
// No type.
// @ts-expect-error is not assignable to type
oidc({ issuer: "https://as.example", audience: "a", algorithms: ["ES256"] });
// @ts-expect-error Property 'audience' is missing
oidc({ issuer: "https://as.example", algorithms: ["ES256"], typ: "at+jwt" });
// @ts-expect-error 'keys' does not exist in type
oidc({ ...foreign, keys: jwks({ keys: [] }) });
// Two places of the keys.
// @ts-expect-error Types of property 'discoveryUrl' are incompatible
oidc({ ...foreign, jwksUrl: "https://as.example/keys", discoveryUrl: "https://as.example/metadata" });
// An opaque token names no tenant.
// @ts-expect-error Types of property 'introspection' are incompatible
oidc({ ...foreign, tenants: ["a"], introspection: client });
// @ts-expect-error Source has 0 element(s) but target requires 1
issuers([]);

// The documentation's page is a public client at an issuer with metadata.
oidc({
  ...foreign,
  docs: { clientId: "docs", scopes: ["openid"], authorizationParameters: { audience: "a" }, schemeName: "Staff" },
});
// @ts-expect-error 'string' is not assignable to type 'undefined'
oidc({ ...foreign, docs: { clientId: "docs", clientSecret: "s" } });
// @ts-expect-error Property 'clientId' is missing
oidc({ ...foreign, docs: {} });
// @ts-expect-error Types of property 'docs' are incompatible
oidc({ ...foreign, jwksUrl: "https://as.example/keys", docs: { clientId: "docs" } });

// openTelemetry
// @ts-expect-error 'mispelt' does not exist
openTelemetry({ mispelt: 1 });

// rateLimit
// @ts-expect-error 'mispelt' does not exist
rateLimit({ by: "address", limits: [{ points: 1, windowSeconds: 1 }], store: memoryStore(), mispelt: 1 });
// rateLimit({ limits })
// @ts-expect-error 'mispelt' does not exist
rateLimit({ by: "address", limits: [{ points: 1, windowSeconds: 1, mispelt: 1 }], store: memoryStore() });
// memoryStore
// @ts-expect-error 'mispelt' does not exist
memoryStore({ maxKeys: 1, mispelt: 1 });
// postgresStore
// @ts-expect-error 'mispelt' does not exist
postgresStore({ query: () => undefined }, { table: "limits", mispelt: 1 });
// redisStore
// @ts-expect-error 'mispelt' does not exist
redisStore({ eval: () => undefined }, { prefix: "limits", mispelt: 1 });

// problem
// @ts-expect-error 'mispelt' does not exist
problem(409, "taken", "It is taken.", { title: "Taken", mispelt: 1 });

// claims
// @ts-expect-error 'mispelt' does not exist
claims({ issuer: jwtVerifier(verifier), map: keycloak(), mispelt: 1 });
// claimsMap
// @ts-expect-error 'mispelt' does not exist
claimsMap({ name: "acme", kind: "user", mispelt: 1 });
// claimsMap({ kind })
// @ts-expect-error 'mispelt' does not exist
claimsMap({ name: "acme", kind: [{ kind: "user", mispelt: 1 }] });
// claimsMap({ roles })
// @ts-expect-error 'mispelt' does not exist
claimsMap({ name: "acme", kind: "user", roles: { claim: "roles", mispelt: 1 } });
// claimsMap({ scopes })
// @ts-expect-error 'mispelt' does not exist
claimsMap({ name: "acme", kind: "user", scopes: { claim: "scp", mispelt: 1 } });
// claimsMap({ require })
// @ts-expect-error 'mispelt' does not exist
claimsMap({ name: "acme", kind: "user", require: [{ claim: "typ", is: "Bearer", mispelt: 1 }] });
// claimsMap({ email })
// @ts-expect-error 'mispelt' does not exist
claimsMap({ name: "acme", kind: "user", email: { claim: "mail", verified: "ok", mispelt: 1 } });
// rfc9068
// @ts-expect-error 'mispelt' does not exist
rfc9068({ roles: "roles", mispelt: 1 });
// keycloak
// @ts-expect-error 'mispelt' does not exist
keycloak({ client: "notes", mispelt: 1 });
// entra
// @ts-expect-error 'mispelt' does not exist
entra({ groups: {}, mispelt: 1 });
// auth0
// @ts-expect-error 'mispelt' does not exist
auth0({ permissions: true, mispelt: 1 });
// cognito
// @ts-expect-error 'mispelt' does not exist
cognito({ scopePrefix: "notes/", mispelt: 1 });
// okta
// @ts-expect-error 'mispelt' does not exist
okta({ roles: "groups", mispelt: 1 });
// google
// @ts-expect-error 'mispelt' does not exist
google({ hd: "any", mispelt: 1 });
// cloudflareAccess
// @ts-expect-error 'mispelt' does not exist
cloudflareAccess({ grants: [], mispelt: 1 });
// supabase
// @ts-expect-error 'mispelt' does not exist
supabase({ anonymous: true, mispelt: 1 });
// firebase
// @ts-expect-error 'mispelt' does not exist
firebase({ anonymous: true, mispelt: 1 });
// clerk
// @ts-expect-error 'mispelt' does not exist
clerk({ grants: [], mispelt: 1 });
// zitadel
// @ts-expect-error 'mispelt' does not exist
zitadel({ project: "1", mispelt: 1 });
// sap
// @ts-expect-error 'mispelt' does not exist
sap({ application: "notes!t1", mispelt: 1 });
// duende
// @ts-expect-error 'mispelt' does not exist
duende({ roles: "role", mispelt: 1 });
// fusionauth
// @ts-expect-error 'mispelt' does not exist
fusionauth({ grants: [], mispelt: 1 });
// hydra
// @ts-expect-error 'mispelt' does not exist
hydra({ roles: "roles", mispelt: 1 });
// workos
// @ts-expect-error 'mispelt' does not exist
workos({ organization: "org_1", mispelt: 1 });
// stytch
// @ts-expect-error 'mispelt' does not exist
stytch({ grants: [], mispelt: 1 });
// githubActions
// @ts-expect-error 'mispelt' does not exist
githubActions({ allow: [{ repository: "a/b", environment: "c" }], mispelt: 1 });
// githubActions({ allow })
// @ts-expect-error 'mispelt' does not exist
githubActions({ allow: [{ repository: "a/b", environment: "c", mispelt: 1 }] });
// kubernetes
// @ts-expect-error 'mispelt' does not exist
kubernetes({ allow: [{ namespace: "a", serviceAccount: "b" }], mispelt: 1 });
// kubernetes({ allow })
// @ts-expect-error 'mispelt' does not exist
kubernetes({ allow: [{ namespace: "a", serviceAccount: "b", mispelt: 1 }] });
// spiffe
// @ts-expect-error 'mispelt' does not exist
spiffe({ trustDomain: "a", allow: [{ path: "/b" }], mispelt: 1 });
// spiffe({ allow })
// @ts-expect-error 'mispelt' does not exist
spiffe({ trustDomain: "a", allow: [{ path: "/b", mispelt: 1 }] });
