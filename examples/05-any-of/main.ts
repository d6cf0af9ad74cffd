/** A person with a session cookie, or a program with a key: one route, a typed union, and a start page for everyone. */
import { anyOf, apiKeyCookie, apiKeyHeader, authenticate, createApi, deny, get, optional, post, sameSecret } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";

/** Credentials of the demo, new at each start. */
export const sessionId = crypto.randomUUID();
export const apiKey = crypto.randomUUID();
const sessions = new Map<string, { readonly id: string; readonly email: string }>([
  [sessionId, { id: "ann", email: "ann@example.com" }],
]);

const user = authenticate({ session: apiKeyCookie({ name: "__Host-session" }) }, ({ session }) => sessions.get(session.reveal()));
const service = authenticate({ key: apiKeyHeader({ name: "X-API-Key" }) }, ({ key }) =>
  sameSecret(key, apiKey) ? { id: "nightly export" } : deny("unknown key"),
);
const caller = anyOf({ user, service });

const Feed = z.object({ for: z.string() });
const Refresh = z.object({ by: z.enum(["user", "service"]) });

export const api = createApi({
  title: "Any of",
  version: "1.0.0",
  docs: { public: "an example" },
  routes: [
    get("/", { public: "the start page", deps: { user: optional(user) } }, ({ user }) => `Hello ${user?.email ?? "stranger"}`),
    get("/feed", { deps: { caller }, response: Feed }, ({ caller }) => ({
      for: caller.via === "user" ? caller.value.email : caller.value.id,
    })),
    // With a cookie, the request must come from the API's own site. Lockstep checks that. With a key, it may come from anywhere.
    post("/feed/refresh", { deps: { caller }, response: Refresh, status: 202 }, ({ caller }) => ({ by: caller.via })),
  ],
});

if (import.meta.main) {
  const port = Number(process.env["PORT"] ?? 3000);
  console.log(`${await fastifyServer(api).listen({ host: "127.0.0.1", port })}/docs`);
  console.log(`X-API-Key: ${apiKey}`);
}
