/** The measured routes: one Fastify process that serves the same small answer with and without protection. */
import { createHash } from "node:crypto";
import fastifyJwt from "@fastify/jwt";
import fastify, { type FastifyInstance } from "fastify";
import { authenticate, authorize, createApi, deny, depends, get, identified, oauth2PasswordBearer, unchecked } from "lockstep";
import { lockstep } from "lockstep/fastify";
import { generateSigningKey, hmacSecret, jwks, jwtIssuer, jwtVerifier, publicJwks, signingKey } from "lockstep/jwt";

/** A route, the tokens to send, and the expected status. */
export interface Target {
  readonly name: string;
  readonly path: string;
  /** The values of `Authorization`, used in turn. */
  readonly authorization: readonly string[];
  readonly status: number;
}

const about = { issuer: "https://issuer.example", audience: "https://api.example" } as const;
const secret = createHash("sha256")
  .update("a benchmark's secret, made for each run")
  .update(String(process.hrtime.bigint()))
  .digest();
const answer = { hello: "world" };
const response = unchecked("a constant, as in the routes that it is compared with");

interface User {
  readonly id: string;
  readonly isActive: boolean;
}

function users(count: number): ReadonlyMap<string, User> {
  return new Map(Array.from({ length: count }, (_, index) => [`user${index}`, { id: `user${index}`, isActive: true }]));
}

const store = users(10_000);

/** A guard of three levels on one verifier: the token is valid, the user exists, the user is active. */
function guarded(verify: ReturnType<typeof jwtVerifier>["verify"]) {
  const db = depends({}, () => store, { lifetime: "app" });
  const token = oauth2PasswordBearer({ tokenUrl: "/token" });
  const currentUser = authenticate({ token, db }, async ({ token, db }) => {
    const claims = await verify(token);
    const user = db.get(claims.sub);
    return user && identified(user, claims);
  });
  return authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
}

/** Builds the server and its targets. */
export async function build(): Promise<{ readonly app: FastifyInstance; readonly targets: readonly Target[] }> {
  const es256 = signingKey(await generateSigningKey("ES256"));
  const esIssuer = jwtIssuer({ ...about, key: es256, typ: "at+jwt", lifetimeSeconds: 3600 });
  const hsIssuer = jwtIssuer({ ...about, key: hmacSecret(secret, { alg: "HS256" }), typ: "at+jwt", lifetimeSeconds: 3600 });
  const es = jwtVerifier({ ...about, keys: jwks(publicJwks([es256])), algorithms: ["ES256"], typ: "at+jwt" });
  const hs = jwtVerifier({ ...about, keys: hmacSecret(secret), algorithms: ["HS256"], typ: "at+jwt" });
  const api = createApi({
    title: "Bench",
    version: "1",
    audit: () => {},
    routes: [
      get("/public", { public: "the unprotected side of the comparison", response }, () => answer),
      get("/es256", { deps: { user: guarded(es.verify) }, response }, () => answer),
      get("/hs256", { deps: { user: guarded(hs.verify) }, response }, () => answer),
    ],
  });
  const app = fastify();
  app.get("/raw", { exposeHeadRoute: false }, () => answer);
  await app.register(async (scope) => {
    await scope.register(fastifyJwt, { secret, verify: { cache: true, allowedIss: about.issuer, allowedAud: about.audience } });
    scope.addHook("onRequest", async (request, reply) => {
      try {
        const { sub } = await request.jwtVerify<{ sub: string }>();
        if (store.get(sub)?.isActive !== true) await reply.code(403).send({ statusCode: 403 });
      } catch {
        await reply.code(401).send({ statusCode: 401 });
      }
    });
    scope.get("/fastify-jwt", { exposeHeadRoute: false }, () => answer);
  });
  await app.register(lockstep(api, { foreign: ["GET /raw", "GET /fastify-jwt"] }));

  const issue = (issuer: typeof esIssuer, count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, async (_, index) => `Bearer ${await issuer.issue({ sub: `user${index}` })}`));
  const [esTokens, hsTokens] = [await issue(esIssuer, 10_000), await issue(hsIssuer, 10_000)];
  const bad = (tokens: readonly string[]): string[] => tokens.slice(0, 1000).map((token) => `${token.slice(0, -4)}AAAA`);
  const protectedBy = (name: string, path: string, tokens: readonly string[]): Target[] => [
    { name: `${name}, hot token`, path, authorization: tokens.slice(0, 1), status: 200 },
    { name: `${name}, 1,000 tokens`, path, authorization: tokens.slice(0, 1000), status: 200 },
  ];
  return {
    app,
    targets: [
      { name: "Fastify, unprotected", path: "/raw", authorization: [], status: 200 },
      { name: "Lockstep, public", path: "/public", authorization: [], status: 200 },
      ...protectedBy("Lockstep ES256", "/es256", esTokens),
      { name: "Lockstep ES256, 10,000 tokens", path: "/es256", authorization: esTokens, status: 200 },
      ...protectedBy("Lockstep HS256", "/hs256", hsTokens),
      { name: "Lockstep, no token", path: "/es256", authorization: [], status: 401 },
      { name: "Lockstep, malformed token", path: "/es256", authorization: ["Bearer not-a-token"], status: 401 },
      { name: "Lockstep HS256, wrong signature", path: "/hs256", authorization: bad(hsTokens), status: 401 },
      ...protectedBy("@fastify/jwt HS256, cache", "/fastify-jwt", hsTokens),
      { name: "@fastify/jwt HS256, wrong signature", path: "/fastify-jwt", authorization: bad(hsTokens), status: 401 },
    ],
  };
}
