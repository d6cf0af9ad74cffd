/** From signing out at a real provider to the refusal of the access token, on every node. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { fastifyServer } from "lockstep/fastify";
import { eventually } from "../../../lockstep/src/testing/eventually.ts";
import { listEvents } from "../audit/audit-log.ts";
import type { Database } from "../store/database.ts";
import { newPostgresUrl, patientTimes } from "../store/database.fixture.ts";
import { migrate } from "../store/migration.ts";
import { openPostgres } from "../store/postgres/index.ts";
import { identitySchema } from "../store/schema.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { openNode, type ProviderNode, senderOf } from "./provider-event.fixture.ts";
import { Browser, type SigningOutProvider, startSigningOutProvider, webClient } from "./signing-out.fixture.ts";

const soonMs = 30_000;

/** Opens one database several times, as the processes of a service do. */
type Open = (t: TestContext) => Promise<() => Database>;

const postgres: Open = async (t) => {
  const url = await newPostgresUrl(t);
  return () => openPostgres(url, patientTimes);
};
const sqlite: Open = async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-events-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return () => openSqlite(join(folder, "node.db"));
};

interface Stage {
  readonly provider: SigningOutProvider;
  /** The first one hears the provider. */
  readonly nodes: readonly [ProviderNode, ProviderNode];
}

/** A provider and two nodes. `pollMs` is how often a node asks the database without being told. */
async function stage(
  t: TestContext,
  open: Open,
  { pollMs, namesSession }: { readonly pollMs: number; readonly namesSession: boolean },
): Promise<Stage> {
  const provider = await startSigningOutProvider({ namesSession });
  t.after(() => provider.close());
  const again = await open(t);
  const node = async (): Promise<ProviderNode> => {
    const database = again();
    t.after(() => database.close());
    await migrate(database, identitySchema);
    return openNode(t, database, {
      events: { logout: [senderOf(provider, webClient)] },
      providers: [provider],
      feed: { pollMs },
      settings: { clock: Date.now },
    });
  };
  const nodes = [await node(), await node()] as const;
  const server = fastifyServer(nodes[0].api);
  t.after(() => server.close());
  provider.notify(`${await server.listen({ host: "127.0.0.1", port: 0 })}/auth/backchannel-logout`);
  return { provider, nodes };
}

/** Waits until the second that the tokens were issued in is over: nobody can tell them from later ones of that second (M-05). */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await eventually(() => Math.floor(Date.now() / 1000) > second, soonMs, "the next second");
}

for (const [name, open, pollMs] of [
  // The other node hears of it by the database's announcement alone.
  ["PostgreSQL", postgres, 1_000_000_000],
  ["SQLite", sqlite, 50],
] as const) {
  describe(`signing out at oidc-provider, with two nodes on ${name}`, () => {
    test("refuses the access token on both, although it names no session, and nobody else's", async (t) => {
      const { provider, nodes } = await stage(t, open, { pollMs, namesSession: true });
      const [alice, bob] = [new Browser(provider.issuer, "alice"), new Browser(provider.issuer, "bob")];
      const [first, others] = [await alice.signIn(), await bob.signIn()];
      assert.equal(claimsOf(first.accessToken)["sid"], undefined);
      assert.equal(claimsOf(first.accessToken)["sub"], "alice");
      for (const node of nodes) {
        for (const { accessToken } of [first, others]) assert.equal(await node.status(accessToken), 200);
      }
      await alice.signOut(first);
      assert.deepEqual(provider.failures, []);
      // The provider was answered when its own node had read the entry.
      assert.equal(await nodes[0].status(first.accessToken), 401);
      await eventually(async () => (await nodes[1].status(first.accessToken)) === 401, soonMs, "the other node refuses");
      for (const node of nodes) assert.equal(await node.status(others.accessToken), 200);

      await nextSecond();
      const second = await alice.signIn();
      for (const node of nodes) {
        assert.equal(await node.status(second.accessToken), 200, "a later sign-in");
        assert.equal(await node.status(first.accessToken), 401);
      }
      const rows = await nodes[0].settings.database.run(listEvents({ limit: 10 }));
      assert.deepEqual(rows.map(({ type }) => type).toSorted(), ["provider.session_ended", "provider.subject_revoked"]);
    });

    test("works with a provider whose logout tokens name no session", async (t) => {
      const { provider, nodes } = await stage(t, open, { pollMs, namesSession: false });
      const alice = new Browser(provider.issuer, "alice");
      const tokens = await alice.signIn();
      for (const node of nodes) assert.equal(await node.status(tokens.accessToken), 200);
      await alice.signOut(tokens);
      assert.deepEqual(provider.failures, []);
      for (const node of nodes)
        await eventually(async () => (await node.status(tokens.accessToken)) === 401, soonMs, "both refuse");
    });
  });
}

/** What a token says, unverified. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
}
