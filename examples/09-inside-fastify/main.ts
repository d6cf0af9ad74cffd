/** An API inside a Fastify application that has routes of its own. These are named, and every other route has a guard. */
import { fastify, type FastifyInstance } from "fastify";
import { authenticate, body, createApi, get, httpBearer, post } from "lockstep";
import { lockstep } from "lockstep/fastify";
import { z } from "zod";

/** A token of the demo, new at each start. `02-bearer-jwt` shows real ones. */
export const token = crypto.randomUUID();
const users = new Map<string, { readonly id: string }>([[token, { id: "ann" }]]);
const user = authenticate({ token: httpBearer() }, ({ token }) => users.get(token.reveal()));

const Me = z.object({ id: z.string() });
const Echo = z.object({ text: z.string() });

export const api = createApi({
  title: "Inside Fastify",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/me", { deps: { user }, response: Me }, ({ user }) => user),
    post("/echo", { deps: { user, sent: body(Echo) }, response: Echo }, ({ sent }) => sent),
  ],
});

/** Builds the application with its own routes, and the API beside them. */
export async function application(): Promise<FastifyInstance> {
  const app = fastify();
  app.get("/metrics", () => "requests_total 0");
  app.post("/legacy", (request) => ({ youSent: request.body }));
  await app.register(lockstep(api, { foreign: ["GET /metrics", "POST /legacy"] }), { prefix: "/api" });
  return app;
}

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await (await application()).listen({ host: "127.0.0.1", port })}/api/docs`);
  console.log(`A bearer token: ${token}`);
}
