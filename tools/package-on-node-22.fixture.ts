/**
 * An application that uses `lockstep`: an API with a JWT verifier and documentation, over fetch and over Fastify. It asks the API
 * and prints the answers as JSON. `package.slow.test.ts` strips its types and runs it on Node 22, against the packed package.
 */
import { authenticate, createApi, get, httpBearer, identified, scopes } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { serveFetch } from "lockstep/fetch";
import { generateSigningKey, jwks, jwtIssuer, jwtVerifier, publicJwks, signingKey } from "lockstep/jwt";
import { z } from "zod";

/** One answer. */
export interface PrintedAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** The output of the program. */
export interface Printed {
  readonly node: string;
  readonly fetch: Readonly<Record<string, PrintedAnswer>>;
  readonly fastify: Readonly<Record<string, PrintedAnswer>>;
}

const issuer = "https://login.example";
const key = signingKey(await generateSigningKey("ES256"));
const tokens = jwtIssuer({ issuer, audience: "notes", key, lifetimeSeconds: 600, typ: "at+jwt" });
const verifier = jwtVerifier({ issuer, audience: "notes", keys: jwks(publicJwks([key])), algorithms: ["ES256"], typ: "at+jwt" });
const token = httpBearer({ scopes: { "notes:read": "Read notes" } });
const user = authenticate({ claims: verifier.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));

const api = createApi({
  title: "Notes",
  version: "1.0.0",
  docs: { public: "a test" },
  audit: () => {},
  routes: [get("/me", { deps: { user: scopes(user, "notes:read") }, response: z.object({ id: z.string() }) }, ({ user }) => user)],
});

const good = await tokens.issue({ sub: "alice", scope: "notes:read" });
const requests: readonly (readonly [name: string, path: string, token?: string])[] = [
  ["anonymous", "/me"],
  ["alice", "/me", good],
  // The last character of a signature has bits that do not count, so change one before it.
  ["forged", "/me", good.replace(/.(?=.{8}$)/, (letter) => (letter === "A" ? "B" : "A"))],
  ["withoutScope", "/me", await tokens.issue({ sub: "alice", scope: "other" })],
  ["document", "/openapi.json"],
  ["page", "/docs"],
  ["bundle", "/docs/swagger-ui-bundle.js"],
];

async function answersOf(origin: string, send: (request: Request) => Promise<Response>): Promise<Printed["fetch"]> {
  const answers: Record<string, PrintedAnswer> = {};
  for (const [name, path, bearer] of requests) {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const response = await send(new Request(`${origin}${path}`, { headers }));
    const text = await response.text();
    // The bundle has more than a million characters.
    answers[name] = { status: response.status, type: response.headers.get("content-type"), text: text.slice(0, 100_000) };
  }
  return answers;
}

const handle = serveFetch(api);
const server = fastifyServer(api);
const origin = await server.listen({ host: "127.0.0.1", port: 0 });
const printed: Printed = {
  node: process.versions.node,
  fetch: await answersOf("https://api.example", async (request) => handle(request)),
  fastify: await answersOf(origin, fetch),
};
await server.close();
console.log(JSON.stringify(printed));
