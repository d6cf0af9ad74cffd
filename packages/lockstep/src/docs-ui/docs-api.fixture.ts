/** An API with every security scheme that a browser can use, made with the public names only. */
import { z } from "zod";
import {
  anyOf,
  type Api,
  apiKeyCookie,
  apiKeyHeader,
  apiKeyQuery,
  authenticate,
  body,
  createApi,
  type DocsPageOptions,
  file,
  form,
  get,
  group,
  httpBasic,
  httpBearer,
  oauth2AuthorizationCode,
  oauth2ClientCredentials,
  oauth2PasswordBearer,
  oauthError,
  openIdConnect,
  optional,
  passwordRequestForm,
  post,
  scopes,
  unchecked,
} from "../index.ts";
import type { TokenDesk } from "./token-desk.fixture.ts";

/** The secrets that the fixture accepts. */
export const known = {
  ada: { username: "ada", password: "correct horse battery staple" },
  service: { username: "nightly", password: "client-secret-of-nightly" },
  apiKey: "key-of-bob",
  cookie: "session-of-cleo",
  queryKey: "key-in-url-of-emil",
  bearer: "token-of-fred",
} as const;

/** An image of one pixel, in base64. */
export const pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

const declared = { "notes:read": "Read notes", "notes:write": "Change notes" };

/** The API; with an issuer, also the routes of its two schemes. */
export function docsApi(
  desk: TokenDesk,
  issuer?: string,
  { title = "Notes <&>", page = {} }: { readonly title?: string; readonly page?: DocsPageOptions } = {},
): Api {
  const password = oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: declared });
  const user = authenticate({ password }, ({ password: token }) => desk.verify(token.reveal(), "password"));
  const client = oauth2ClientCredentials({ tokenUrl: "/auth/client-token", scopes: { jobs: "Run jobs" } });
  const service = authenticate({ client }, ({ client: token }) => desk.verify(token.reveal(), "client"));
  const named = (name: string, expected: string) => (value: string) =>
    value === expected ? { id: name, name, via: "key" } : undefined;
  const bob = named("bob", known.apiKey);
  const byKey = authenticate({ key: apiKeyHeader({ name: "X-API-Key" }) }, ({ key }) => bob(key.reveal()));
  const cleo = named("cleo", known.cookie);
  const byCookie = authenticate({ key: apiKeyCookie({ name: "__Host-session" }) }, ({ key }) => cleo(key.reveal()));
  const emil = named("emil", known.queryKey);
  const byQuery = authenticate({ key: apiKeyQuery({ name: "api_key", unsafeInUrl: true }) }, ({ key }) => emil(key.reveal()));
  const fred = named("fred", known.bearer);
  const byBearer = authenticate({ token: httpBearer() }, ({ token }) => fred(token.reveal()));
  const basicAs = (
    schemeName: string,
    { username, password: expected }: { readonly username: string; readonly password: string },
  ) =>
    authenticate({ basic: httpBasic({ schemeName }) }, ({ basic }) => {
      const given = basic.reveal();
      return given.username === username && given.password === expected
        ? { id: username, name: username, via: "basic" }
        : undefined;
    });
  const byBasic = basicAs("HTTPBasic", known.ada);

  const logo = { public: "an image", hidden: true, response: file("image/gif") } as const;
  const v1 = group({ prefix: "/v1", tags: ["By API key (router level)"], deps: { caller: byKey } });
  const routes = [
    get("/logo.gif", logo, () => Buffer.from(pixel, "base64")),
    get("/health", { public: "load balancer probe", tags: ["Open"], response: unchecked("a test") }, () => ({ status: "ok" })),
    get("/me", { deps: { user }, tags: ["By password"], response: unchecked("a test") }, ({ user: who }) => who),
    post(
      "/notes",
      {
        deps: { user: scopes(user, "notes:write"), note: body(z.object({ text: z.string() })) },
        tags: ["By password"],
        response: unchecked("a test"),
      },
      ({ user: who, note }) => ({
        ...who,
        text: note.text,
      }),
    ),
    get(
      "/greeting",
      { public: "greets everybody", deps: { user: optional(user) }, tags: ["Open"], response: unchecked("a test") },
      ({ user: who }) => ({
        name: who?.name ?? "stranger",
      }),
    ),
    get(
      "/job",
      { deps: { service: scopes(service, "jobs") }, tags: ["By client credentials"], response: unchecked("a test") },
      ({ service: who }) => who,
    ),
    v1.get("/data", { response: unchecked("a test") }, ({ caller }) => caller),
    v1.post("/data", { response: unchecked("a test") }, ({ caller }) => caller),
    get("/basic", { deps: { user: byBasic }, tags: ["By Basic"], response: unchecked("a test") }, ({ user: who }) => who),
    post("/basic", { deps: { user: byBasic }, tags: ["By Basic"], response: unchecked("a test") }, ({ user: who }) => who),
    get("/bearer", { deps: { user: byBearer }, tags: ["By bearer token"], response: unchecked("a test") }, ({ user: who }) => who),
    post("/cookie", { deps: { user: byCookie }, tags: ["By cookie"], response: unchecked("a test") }, ({ user: who }) => who),
    get("/query", { deps: { user: byQuery }, tags: ["By query"], response: unchecked("a test") }, ({ user: who }) => who),
    get(
      "/either",
      { deps: { caller: anyOf({ key: byKey, token: byBearer }) }, tags: ["By either"], response: unchecked("a test") },
      ({ caller }) => caller.value,
    ),
    post(
      "/auth/token",
      {
        public: "signs in",
        errors: "oauth",
        deps: { form: passwordRequestForm() },
        tags: ["Tokens"],
        response: unchecked("a test"),
      },
      ({ form: asked }) => {
        if (asked.username !== known.ada.username || asked.password.reveal() !== known.ada.password)
          throw oauthError("invalid_grant", "Wrong name or password.");
        return { token_type: "Bearer", access_token: desk.give("ada", "password", asked.scopes.join(" ")) };
      },
    ),
    post(
      "/auth/client-token",
      {
        errors: "oauth",
        deps: {
          client: basicAs("ClientBasic", known.service),
          asked: form(z.object({ grant_type: z.literal("client_credentials"), scope: z.string().optional() })),
        },
        tags: ["Tokens"],
        response: unchecked("a test"),
      },
      ({ client: { name }, asked }) => ({ token_type: "Bearer", access_token: desk.give(name, "client", asked.scope) }),
    ),
  ];
  return createApi({
    title,
    version: "1.0.0",
    routes: [...routes, ...issuerRoutes(desk, issuer)],
    docs: { public: "tests open it", ...page },
    audit: () => {},
  });
}

function issuerRoutes(desk: TokenDesk, issuer: string | undefined) {
  if (issuer === undefined) return [];
  const code = oauth2AuthorizationCode({
    authorizationUrl: `${issuer}/authorize`,
    tokenUrl: `${issuer}/token`,
    scopes: { "notes:read": "Read notes" },
  });
  const oidc = openIdConnect({ openIdConnectUrl: `${issuer}/.well-known/openid-configuration` });
  const byCode = authenticate({ code }, ({ code: token }) => desk.verify(token.reveal(), "code"));
  const byOidc = authenticate({ oidc }, ({ oidc: token }) => desk.verify(token.reveal(), "code"));
  return [
    get(
      "/code",
      { deps: { user: scopes(byCode, "notes:read") }, tags: ["By authorization code"], response: unchecked("a test") },
      ({ user }) => user,
    ),
    get("/oidc", { deps: { user: byOidc }, tags: ["By OpenID Connect"], response: unchecked("a test") }, ({ user }) => user),
  ];
}
