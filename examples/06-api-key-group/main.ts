/** A partner API: every route of the group needs an API key, which is stored as a hash. */
import { createHash, randomBytes } from "node:crypto";
import { apiKeyHeader, authenticate, createApi, get, group, identified, scopes } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

const hashOf = (key: string): string => createHash("sha256").update(key).digest("base64url");

/** A key of the demo, which is shown once. It has 32 random bytes, so a plain hash is enough to store it. */
export const demoKey = randomBytes(32).toString("base64url");
const clients = new Map([[hashOf(demoKey), { id: "c1", name: "Example Ltd", scope: "data:read" }]]);

const key = apiKeyHeader({ name: "X-API-Key", scopes: { "data:read": "Read data", "data:write": "Send data" } });
// The client is found by the hash of the key that it sent, so no stored secret is compared with a guess.
const client = authenticate({ key }, ({ key }) => {
  const found = clients.get(hashOf(key.reveal()));
  return found && identified({ id: found.id, name: found.name }, { sub: `client:${found.id}`, scope: found.scope });
});

const Me = z.object({ client: z.string() });
const Data = z.object({ data: z.array(z.int()), for: z.string() });
const Receipt = z.object({ accepted: z.boolean() });

const v1 = group({ prefix: "/v1", tags: ["Partner API v1"], deps: { client } });

export const api = createApi({
  title: "Partners",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/health", { public: "load balancer probe" }, () => "Ok"),
    v1.get("/me", { response: Me }, ({ client }) => ({ client: client.name })),
    v1.get("/data", { deps: { reader: scopes(client, "data:read") }, response: Data }, ({ reader }) => ({
      data: [1, 2, 3],
      for: reader.id,
    })),
    v1.post("/data", { deps: { writer: scopes(client, "data:write") }, response: Receipt, status: 202 }, () => ({
      accepted: true,
    })),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/docs`);
  console.log(`X-API-Key: ${demoKey}`);
}
