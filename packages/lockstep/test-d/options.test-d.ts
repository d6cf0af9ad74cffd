/**
 * A misspelt option does not compile, in any public function that takes options, also beside a right one. The comment above each
 * names the function; `misspelt-option.test.ts` compares the names with the exports.
 */
import { z } from "zod";
import {
  apiKeyCookie,
  apiKeyHeader,
  apiKeyQuery,
  body,
  cookie,
  createApi,
  del,
  depends,
  form,
  get,
  group,
  header,
  httpBasic,
  httpBearer,
  mutualTls,
  oauth2AuthorizationCode,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  oauthError,
  openIdConnect,
  patch,
  path,
  post,
  Problem,
  problem,
  put,
  query,
  rawBody,
  reply,
  resource,
  run,
  signedHeader,
  stream,
} from "lockstep";
import { fastifyServer, lockstep } from "lockstep/fastify";
import { serveFetch } from "lockstep/fetch";
import { hmacSecret, type HmacSecret, jwtIssuer, jwtVerifier, liveJwks, remoteJwks } from "lockstep/jwt";
import { scheme, type SchemeDefinition } from "lockstep/scheme";
import { activeUser } from "./example.ts";

const text = z.string();
const about = { title: "Test", version: "1", routes: [] };
const api = createApi({ ...about, docs: { access: activeUser } });
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
// createApi({ resource })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, resource: { url: "https://api.test", authorizationServers: ["https://as.test"], mispelt: 1 } });
// createApi({ servers })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, servers: [{ url: "https://api.test", mispelt: 1 }] });
// createApi({ limits })
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, limits: { maxCookies: 1, mispelt: 1 } });
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
post("/", { public: "a test", mispelt: 1 }, () => 1);
// put
// @ts-expect-error 'mispelt' does not exist
put("/", { public: "a test", mispelt: 1 }, () => 1);
// patch
// @ts-expect-error 'mispelt' does not exist
patch("/", { public: "a test", mispelt: 1 }, () => 1);
// del
// @ts-expect-error 'mispelt' does not exist
del("/", { public: "a test", mispelt: 1 }, () => 1);

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
// rawBody
// @ts-expect-error 'mispelt' does not exist
rawBody({ identifies: "object", mispelt: 1 });

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
// signedHeader
// @ts-expect-error 'mispelt' does not exist
signedHeader("X-Timestamp", { schemeName: "Time", mispelt: 1 });

// reply
// @ts-expect-error 'mispelt' does not exist
reply(200, {}, { headers: {}, mispelt: 1 });
// reply({ cookies })
// @ts-expect-error 'mispelt' does not exist
reply(200, {}, { cookies: [{ name: "theme", value: "dark", mispelt: 1 }] });
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
// jwtIssuer
// @ts-expect-error 'mispelt' does not exist
jwtIssuer({ ...token, key: secret, lifetimeSeconds: 60, mispelt: 1 });
// jwtVerifier
// @ts-expect-error 'mispelt' does not exist
jwtVerifier({ ...verifier, mispelt: 1 });
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
// lockstep
// @ts-expect-error 'mispelt' does not exist
lockstep(api, { foreign: [], mispelt: 1 });
// fastifyServer
// @ts-expect-error 'mispelt' does not exist
fastifyServer(api, { foreign: [], mispelt: 1 });
// serveFetch
// @ts-expect-error 'mispelt' does not exist
serveFetch(api, { address: () => undefined, mispelt: 1 });

// problem
// @ts-expect-error 'mispelt' does not exist
problem(409, "taken", "It is taken.", { title: "Taken", mispelt: 1 });
