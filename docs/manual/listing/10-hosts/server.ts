import { fastifyServer } from "lockstep/fastify";
import { api } from "../09-documentation.ts";

export const server = fastifyServer(api, { requestTimeoutMs: 10_000, trustedProxies: 1 });

if (import.meta.main) {
  console.log(await server.listen({ host: "127.0.0.1", port: 3000 }));
  process.once("SIGTERM", () => void server.close()); // finishes the requests in flight
}
