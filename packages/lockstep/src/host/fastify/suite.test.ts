import { fastify } from "fastify";
import type { Api } from "../../api/api.ts";
import { hostSuite, type ServedApi } from "../../testing/index.ts";
import { bridgeToHttp2 } from "./http2-bridge.fixture.ts";
import { fastifyServer, lockstep } from "./index.ts";

const address = { host: "127.0.0.1", port: 0 };

hostSuite(
  "Fastify, alone",
  async (api) => {
    const server = fastifyServer(api);
    return { url: await server.listen(address), close: () => server.close() };
  },
  { webSockets: true },
);

hostSuite("Fastify, under a prefix of an application with its own parser, hooks and routes", inside, { webSockets: true });

hostSuite("Fastify, in an application that speaks HTTP/2", async (api) => {
  const app = fastify({ http2: true });
  await app.register(lockstep(api));
  const bridge = await bridgeToHttp2(await app.listen(address));
  return {
    url: bridge.url,
    close: async () => {
      await bridge.close();
      await app.close();
    },
  };
});

async function inside(api: Api): Promise<ServedApi> {
  const app = fastify({ forceCloseConnections: true });
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, { parsed: body }));
  app.addHook("onRequest", async () => {});
  app.addHook("preHandler", async () => {});
  app.get("/metrics", () => "metrics");
  app.setErrorHandler((_error, _request, reply) => reply.code(418).send("the application's"));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send("the application's"));
  await app.register(lockstep(api, { foreign: ["GET /metrics", "HEAD /metrics"] }), { prefix: "/inner/api" });
  return { url: `${await app.listen(address)}/inner/api`, close: () => app.close() };
}
