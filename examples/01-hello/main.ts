/** The smallest API: two routes that anyone may call, and why. */
import { createApi, get, query } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

const name = query("name", z.string().max(50).default("world"));
const Greeting = z.object({ hello: z.string() });

export const api = createApi({
  title: "Hello",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/health", { public: "load balancer probe" }, () => "Ok"),
    get("/hello", { public: "greets everyone", deps: { name }, response: Greeting }, ({ name }) => ({ hello: name })),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/hello`);
}
