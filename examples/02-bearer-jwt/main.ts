/** Access tokens: issued and verified with a key that is created at start. In production, another program issues them. */
import { authenticate, createApi, get, httpBearer, identified, scopes } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { generateSigningKey, jwks, jwtIssuer, jwtVerifier, publicJwks, signingKey } from "lockstep/jwt";
import { z } from "zod";

const key = signingKey(await generateSigningKey("ES256"));
const issuer = "https://login.example";
const audience = "https://api.example";

export const tokens = jwtIssuer({ issuer, audience, key, lifetimeSeconds: 600, typ: "at+jwt" });
// For an issuer elsewhere, write keys: remoteJwks({ issuer }).
const accessTokens = jwtVerifier({
  issuer,
  audience,
  keys: jwks(publicJwks([key])),
  algorithms: ["ES256"],
  typ: "at+jwt",
});

const token = httpBearer({ bearerFormat: "JWT", scopes: { "reports:read": "Read reports" } });
const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));

const Caller = z.object({ id: z.string() });
const Report = z.object({ reportsOf: z.string() });

export const api = createApi({
  title: "Bearer tokens",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/me", { deps: { caller }, response: Caller }, ({ caller }) => caller),
    get("/reports", { deps: { caller: scopes(caller, "reports:read") }, response: Report }, ({ caller }) => ({
      reportsOf: caller.id,
    })),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/docs`);
  console.log(`A token for ten minutes: ${await tokens.issue({ sub: "ann", scope: "reports:read" })}`);
}
