/**
 * Measures fifty revocations at once on one node: how long each request waits, and how soon another node, in a process of its
 * own, refuses. Versions are measured in turns, so a machine that is busy for a while slows down all of them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Work } from "../../packages/identity/src/store/statement.ts";
import { startPostgres } from "../../tools/postgres.ts";
import { show, spreadOf } from "../spread.ts";
import { issuer, load, type Version } from "./burst-version.ts";

const atOnce = 50;
const here = fileURLToPath(new URL("../..", import.meta.url));

/** How often to measure, and with which version to compare. */
export interface BurstOptions {
  readonly rounds: number;
  /** The number of bursts in a round. */
  readonly bursts: number;
  /** The folder of another checkout, to compare with. */
  readonly before: string | undefined;
}

interface Node {
  readonly name: string;
  readonly url: string;
  readonly watcher: ChildProcess;
  /** Ends one session, in the way that is measured. `committing` is called when nothing but the commit is left. */
  readonly end: (session: string, committing: () => void) => Promise<unknown>;
  /** Prepares sessions. */
  readonly begin: (sessions: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Figures {
  readonly waits: number[];
  readonly visible: number[];
}

/** Prints the times of fifty revocations at once. */
export async function burstBench({ rounds, bursts, before }: BurstOptions): Promise<void> {
  for (const isDurable of [false, true]) {
    const server = await startPostgres(process.env, { isDurable });
    try {
      console.log(`\n${atOnce} at once over PostgreSQL${isDurable ? ", commits wait for the disk" : ", commits in memory"}`);
      console.log(`ms: median (least–greatest) of ${rounds} rounds of ${bursts * atOnce}\n`);
      console.log("| | wait p50 | wait p99 | visible p50 | visible p99 |\n|---|---|---|---|---|");
      for (const how of ["revocations", "sign-outs"] as const) {
        const versions = [...(before === undefined ? [] : [["before", before] as const]), ["now", here] as const];
        const nodes = await Promise.all(versions.map(([name, root]) => open(`${how}, ${name}`, root, how, server.url)));
        for (const node of nodes) await burst(node);
        const figures = nodes.map((): Figures[] => []);
        for (let round = 0; round < rounds; round += 1) {
          for (const [index, node] of nodes.entries()) figures[index]?.push(await roundOf(node, bursts));
        }
        for (const [index, node] of nodes.entries()) print(node.name, figures[index] ?? []);
        await Promise.all(nodes.map((node) => node.close()));
      }
    } finally {
      await server.stop();
    }
  }
}

async function roundOf(node: Node, bursts: number): Promise<Figures> {
  const all: Figures = { waits: [], visible: [] };
  for (let count = 0; count < bursts; count += 1) {
    const { waits, visible } = await burst(node);
    all.waits.push(...waits);
    all.visible.push(...visible);
  }
  return all;
}

async function burst({ watcher, begin, end }: Node): Promise<Figures> {
  const sessions = Array.from({ length: atOnce }, () => randomUUID());
  await begin(sessions);
  watcher.send(sessions);
  await once(watcher, "message");
  const seen = once(watcher, "message");
  const times = await Promise.all(
    sessions.map(async (session) => {
      const started = performance.now();
      let committing = started;
      await end(session, () => (committing = performance.now()));
      return { wait: performance.now() - started, committing: performance.timeOrigin + committing };
    }),
  );
  // The watcher's answer.
  const [refusedAt] = (await seen) as [Readonly<Record<string, number>>];
  return {
    waits: times.map(({ wait }) => wait),
    visible: times.map(({ committing }, index) => (refusedAt[sessions[index] ?? ""] ?? Number.NaN) - committing),
  };
}

async function open(name: string, root: string, how: "revocations" | "sign-outs", server: string): Promise<Node> {
  const version = await load(root);
  const url = await newDatabase(server);
  const plain = version.openPostgres(url);
  await version.migrate(plain, version.identitySchema);
  const audit = new version.Auditor(() => {}, Date.now);
  const feed = await version.RevocationFeed.open({ database: plain, issuer, audit, clock: Date.now });
  const database = version.withOwnRevocations(plain, feed);
  const watcher = fork(fileURLToPath(new URL("burst-node.ts", import.meta.url)), [root, url], {
    execArgv: ["--conditions=lockstep-source"],
  });
  await once(watcher, "message");
  const revokeOne = (sid: string, committing: () => void): Promise<unknown> =>
    database.transaction(function* (): Work<void> {
      yield* version.revoke({ kind: "session", key: sid, at: Date.now(), expiresAt: Date.now() + 900_000 });
      committing();
    });
  return {
    name,
    url,
    watcher,
    begin: how === "sign-outs" ? (sessions) => insertSessions(plain.pool, sessions) : async () => {},
    end: how === "sign-outs" ? signOuts(version, database, audit) : revokeOne,
    close: async () => {
      watcher.disconnect();
      await once(watcher, "exit");
      await feed.close();
      await plain.close();
      await dropDatabase(server, url);
    },
  };
}

/** Ends sessions with their events, as `DELETE /auth/session` does. */
function signOuts(version: Version, database: object, audit: unknown): Node["end"] {
  let told = (): void => {};
  // The times of the commits: the work has ended.
  const watched = new Proxy(database, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (property !== "transaction" || typeof value !== "function") return value;
      const committing = told;
      return (work: () => Work<unknown>) =>
        Reflect.apply(value, target, [
          function* (): Work<unknown> {
            const result = yield* work();
            committing();
            return result;
          },
        ]) as unknown;
    },
  });
  const lifetimes = { accessTokenSeconds: 600, sessionIdleSeconds: 3600, sessionSeconds: 3600 };
  const sessions = new version.Sessions({ database: watched, audit, clock: Date.now, lifetimes } as never);
  return (session, committing) => {
    told = committing;
    return sessions.end({ id: session }, "signed_out");
  };
}

async function insertSessions(pool: pg.Pool, sessions: readonly string[]): Promise<void> {
  await pool.query(
    "INSERT INTO identity_accounts (id, email, email_key, created_at) SELECT 'a', 'a', 'a', 0 ON CONFLICT DO NOTHING",
  );
  await pool.query(
    `INSERT INTO identity_sessions (id, kind, account_id, scope, created_at, authenticated_at, seen_at, expires_at)
     SELECT id, 'browser', 'a', '', 0, 0, 0, $2 FROM unnest($1::text[]) AS id`,
    [sessions, Date.now() + 3_600_000],
  );
}

async function newDatabase(server: string): Promise<string> {
  const name = `bench_${randomUUID().replaceAll("-", "")}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

function dropDatabase(server: string, url: string): Promise<void> {
  return administer(server, `DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function print(name: string, rounds: readonly Figures[]): void {
  const figure = (times: (each: Figures) => readonly number[], share: number): string =>
    show(spreadOf(rounds.map((each) => quantile(times(each), share))), 1);
  const columns = [
    figure(({ waits }) => waits, 0.5),
    figure(({ waits }) => waits, 0.99),
    figure(({ visible }) => visible, 0.5),
    figure(({ visible }) => visible, 0.99),
  ];
  console.log(`| ${name} | ${columns.join(" | ")} |`);
}

function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
