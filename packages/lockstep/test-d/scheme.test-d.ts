/** A scheme extracts a credential; only `authenticate()` verifies one. */
import {
  apiKeyCookie,
  apiKeyHeader,
  apiKeyQuery,
  authenticate,
  authorize,
  type BasicCredentials,
  type ClientCertificate,
  depends,
  get,
  httpBasic,
  httpBearer,
  identified,
  mutualTls,
  oauth2AuthorizationCode,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  openIdConnect,
  post,
  Redacted,
  type Scheme,
  scopes,
  secret,
  type Secret,
  type ValueOf,
} from "lockstep";
import { buildChallenge, type Extraction, scheme, type SchemeDefinition } from "lockstep/scheme";
import { oidc as oidcVerifier, oidcBearer } from "lockstep/oidc";
import { type Equal, holds } from "./assert.ts";
import { activeUser, bare, db, token } from "./example.ts";

const bearer = httpBearer();
const basic = httpBasic();
const header = apiKeyHeader({ name: "X-Key" });
const inCookie = apiKeyCookie({ name: "__Host-session" });
const inQuery = apiKeyQuery({ name: "key", unsafeInUrl: true });
const password = oauth2PasswordBearer({ tokenUrl: "/token" });
const code = oauth2AuthorizationCode({ authorizationUrl: "/authorize", tokenUrl: "/token" });
const machine = oauth2ClientCredentials({ tokenUrl: "/token" });
const oidc = openIdConnect({ openIdConnectUrl: "https://login.example/.well-known/openid-configuration" });
const certificate = mutualTls();

// The extracted credential is redacted.
holds<Equal<ValueOf<typeof bearer>, Redacted<string>>>();
holds<Equal<ValueOf<typeof basic>, Redacted<BasicCredentials>>>();
holds<Equal<ValueOf<typeof inCookie>, Redacted<string>>>();
holds<Equal<ValueOf<typeof certificate>, Redacted<ClientCertificate>>>();

// Verified, each is enough.
get("/a", { deps: { who: authenticate({ bearer }, () => ({ id: "u1" })) } }, ({ who }) => who.id);
get("/a", { deps: { who: authenticate({ basic }, ({ basic }) => ({ id: basic.reveal().username })) } }, ({ who }) => who.id);
get("/a", { deps: { who: authenticate({ oidc, db }, () => ({ id: "u1" })) } }, ({ who }) => who.id);

// Extracted, none is.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { bearer } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { basic } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { header } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { inCookie } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { inQuery } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { password } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { code } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { machine } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { oidc } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { certificate } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { claims: depends({ token }, ({ token }) => token.reveal().split(".")) } }, () => 1);

// Verification needs something to verify, and a decision somebody to decide about.
// @ts-expect-error authenticate(): add a security scheme to the dependencies
authenticate({ db }, () => ({ id: "u1" }));
// @ts-expect-error authenticate(): add a security scheme to the dependencies
authenticate({}, () => ({ id: "u1" }));
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ token }, () => ({ id: "u1" }));
// @ts-expect-error authorize(): add an authenticated dependency
authorize({ bare }, ({ bare }) => bare);
// A session on top of a principal: the scheme below counts.
authenticate({ user: activeUser }, ({ user }) => user);

// A key in a URL is said aloud.
// @ts-expect-error 'unsafeInUrl' is missing
apiKeyQuery({ name: "key" });

// A presented credential is not a stored value; a stored value may be presented.
const isStored = (presented: Redacted<string>, stored: Secret<string>): boolean => presented === stored;
isStored(new Redacted("a"), secret("a"));
isStored(secret("a"), secret("a"));
// @ts-expect-error Property '[stored]' is missing in type 'Redacted<string>'
isStored(new Redacted("a"), new Redacted("a"));

// A scheme of one's own has the scopes and the place of its definition in its type.
const ticket = scheme({
  name: "Ticket",
  place: "header x-ticket",
  ambient: false,
  scopes: { "notes:read": "Read notes" },
  extract: (source): Extraction<number> => new Redacted(source.request.headers("x-ticket").length),
  challenge: ({ realm }) => buildChallenge("Ticket", { realm }),
  openapi: { type: "apiKey", in: "header", name: "X-Ticket" },
});
holds<Equal<typeof ticket, Scheme<number, "notes:read">>>();
const definition: SchemeDefinition<number, never, "cookie"> = {
  name: "Ticket",
  place: "cookie ticket",
  ambient: "cookie",
  scopes: {},
  extract: () => undefined,
  challenge: () => "Ticket",
  openapi: {},
};
holds<Equal<ReturnType<typeof fromCookie>, Scheme<number, never, "cookie">>>();
const fromCookie = () => scheme(definition);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { ticket } }, () => 1);
// A place has one of the known forms.
// @ts-expect-error Type '"x-ticket"' is not assignable to type 'CredentialPlace'
scheme({ ...definition, place: "x-ticket" });
// A credential is redacted, and found without waiting.
// @ts-expect-error Type 'string' is not assignable to type 'Extraction<
scheme({ ...definition, extract: (): string => "7" });
// @ts-expect-error Type 'Promise<
scheme({ ...definition, extract: async (): Promise<undefined> => undefined });
// A scheme does not read the body.
// @ts-expect-error Property 'body' does not exist
scheme({ ...definition, extract: (source) => void source.request.body(1) });

// The scheme of a provider's tokens is like every other bearer scheme: its scopes are known by name, and writes demand one.
const verifier = oidcVerifier({ issuer: "https://as.example", audience: "a", algorithms: ["ES256"], typ: "at+jwt" });
const declared = { "notes:read": "Read", "notes:write": "Write" } as const;
const providerToken = oidcBearer({ issuer: verifier, scopes: declared });
const codeToken = oauth2AuthorizationCode({ authorizationUrl: "/authorize", tokenUrl: "/token", scopes: declared });
holds<Equal<typeof providerToken, typeof codeToken>>();
holds<Equal<typeof providerToken, Scheme<string, "notes:read" | "notes:write">>>();
const caller = authenticate({ claims: verifier.claims(providerToken) }, ({ claims }) => identified({ id: claims.sub }, claims));
get("/a", { deps: { caller: scopes(caller, "notes:read") } }, () => 1);
// @ts-expect-error '"notes:raed"' is not assignable to parameter of type
scopes(caller, "notes:raed");
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { caller } }, () => undefined);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { providerToken } }, () => 1);
