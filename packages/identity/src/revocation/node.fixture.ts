/** A node: a process that serves an API which issues, accepts and revokes access tokens. */
import { randomUUID } from "node:crypto";
import {
  authenticate,
  body,
  createApi,
  get,
  httpBearer,
  identified,
  nothing,
  post,
  Redacted,
  unchecked,
  Unavailable,
} from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { z } from "zod";
import { AccessTokens } from "../issuer/access-tokens.ts";
import { identityKey } from "../secret/identity-key.ts";
import { testSettings } from "../settings.fixture.ts";
import { openPostgres, type PostgresOptions } from "../store/postgres/index.ts";
import { RevocationFeed, type RevocationFeedOptions } from "./revocation-feed.ts";
import { lastTokenOver, revoke, revocationPosition } from "./revocation-log.ts";

/** What a node is started with, as JSON in `NODE_FIXTURE`. */
export interface NodeSettings {
  readonly url: string;
  readonly identityKey: string;
  readonly feed: RevocationFeedOptions;
  readonly database: PostgresOptions;
}

/** Its report when it serves. */
export interface NodeStarted {
  readonly url: string;
}

if (process.env["NODE_FIXTURE"] !== undefined) await start(JSON.parse(process.env["NODE_FIXTURE"]) as NodeSettings);

/** Tries again while the database is away, because a slow machine exceeds the time-outs of some tests. */
async function untilItIsThere<T>(start: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}

async function start({ url, identityKey: key, feed: options, database: databaseOptions }: NodeSettings): Promise<void> {
  const database = openPostgres(url, databaseOptions);
  const { settings, events } = testSettings(database, {
    keys: { current: identityKey(new Redacted(key)), previous: [] },
    clock: Date.now,
  });
  const feed = await untilItIsThere(() => RevocationFeed.open(settings, options));
  const tokens = await untilItIsThere(() => AccessTokens.open(settings, feed));

  const grant = z.object({ sub: z.string(), sid: z.string().optional(), clientId: z.string().default("notes") });
  const target = z.object({ kind: z.enum(["all", "client", "subject", "session", "jti"]), key: z.string() });
  const compromised = z.object({ kid: z.string() });
  const token = httpBearer();
  const caller = authenticate({ token }, async ({ token }) => identified({}, await tokens.verify(token)));
  const freshCaller = authenticate({ token }, async ({ token }) => identified({}, await tokens.verifyFresh(token)));
  const open = { public: "a test's own" } as const;

  const api = createApi({
    title: "Node",
    version: "1",
    audit: () => {},
    routes: [
      post(
        "/tokens",
        {
          ...open,
          deps: { grant: body(grant, { identifies: { clientId: nothing("the client of a new token") } }) },
          response: unchecked("a test"),
        },
        async ({ grant: { sub, sid, clientId } }) => {
          const position = await database.run(revocationPosition());
          return tokens.issue({ sub, subType: "user", clientId, scope: "", sessionId: sid ?? randomUUID(), position });
        },
      ),
      post("/revocations", { ...open, deps: { target: body(target) }, response: unchecked("a test") }, async ({ target }) => {
        const at = settings.clock();
        const entry = { ...target, at, expiresAt: lastTokenOver(settings, at) };
        await database.transaction(() => revoke(entry));
        return {};
      }),
      post("/compromised", { ...open, deps: { key: body(compromised) }, response: unchecked("a test") }, async ({ key }) => {
        return { isRetired: await tokens.retireCompromised(key.kid) };
      }),
      get("/state", { ...open, response: unchecked("a test") }, () => ({
        position: feed.position,
        events: events.map(({ type }) => type),
      })),
      get("/me", { deps: { caller }, response: unchecked("a test") }, () => ({})),
      get("/me/fresh", { deps: { caller: freshCaller }, response: unchecked("a test") }, () => ({})),
    ],
  });
  const server = fastifyServer(api);
  const started: NodeStarted = { url: await server.listen({ host: "127.0.0.1", port: 0 }) };
  process.send?.(started);
  process.on("disconnect", () => process.exit());
}
