import { setTimeout as wait } from "node:timers/promises";
import { afterAnswer, anyScope, connection, createApi, depends, get, post, resource, Unavailable } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";
import { currentUser } from "./02-roles-and-scopes.ts";

export const log: string[] = [];
export const database = { isUp: true }; // a pool of connections, in an application

// #region health
const pool = resource(
  {},
  async function* () {
    log.push("pool opened");
    yield { ping: async () => database.isUp };
    log.push("pool closed");
  },
  { lifetime: "app" },
);

export const life = { isEnding: false };

const ready = depends({ pool }, async ({ pool }) => {
  if (life.isEnding) throw new Unavailable("the process is ending", { retryAfterSeconds: 1 });
  if (!(await pool.ping())) throw new Unavailable("the database does not answer", { retryAfterSeconds: 5 });
});

const probes = [
  get("/health/live", { public: "liveness probe" }, () => "Ok"),
  get("/health/ready", { public: "readiness probe", deps: { ready } }, () => "Ok"),
];
// #endregion

const Client = z.object({ address: z.string(), secure: z.boolean() });

const routes = [
  get("/me/device", { deps: { user: currentUser, came: connection() }, response: Client }, ({ came }) => ({
    address: came.address ?? "unknown",
    secure: came.secure,
  })),
  // #region later
  post(
    "/me/greeting",
    { deps: { user: anyScope(currentUser, "a mail to oneself"), later: afterAnswer() }, status: 202 },
    ({ user, later }) => {
      later(async () => void log.push(await greet(user.email)));
      return "accepted";
    },
  ),
  // #endregion
];

const greet = async (email: string): Promise<string> => wait(20, `greeted ${email}`);

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  hsts: { includeSubDomains: true },
  routes: [...probes, ...routes],
});

// #region server
export const server = fastifyServer(api, {
  trustedProxies: Number(process.env["TRUSTED_PROXIES"] ?? 0),
  requestTimeoutMs: 30_000,
  graceSeconds: 5, // for streams and sockets, and then for work after answers
});

export async function shutDown(drainMs = 5000): Promise<void> {
  life.isEnding = true; // /health/ready now answers 503
  await wait(drainMs); // until the load balancer has noticed
  await server.close(); // finishes requests and work after answers, then closes the pool
}

if (import.meta.main) {
  process.once("SIGTERM", () => {
    setTimeout(() => process.exit(1), 25_000).unref(); // a handler that never ends
    void shutDown();
  });
  await server.listen({ host: process.env["HOST"] ?? "127.0.0.1", port: Number(process.env["PORT"] ?? 3000) });
}
// #endregion
