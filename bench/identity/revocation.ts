/** Measures revocation: how soon another node refuses, the cost of a check, and the memory of a long log. */
import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Claims } from "lockstep/jwt";
import pg from "pg";
import { Auditor } from "../../packages/identity/src/audit/auditor.ts";
import { RevocationFeed } from "../../packages/identity/src/revocation/revocation-feed.ts";
import { revoke } from "../../packages/identity/src/revocation/revocation-log.ts";
import type { Database } from "../../packages/identity/src/store/database.ts";
import { migrate } from "../../packages/identity/src/store/migration.ts";
import { openPostgres } from "../../packages/identity/src/store/postgres/index.ts";
import { identitySchema } from "../../packages/identity/src/store/schema.ts";
import { startPostgres } from "../../tools/postgres.ts";
import { show, spreadOf } from "../spread.ts";

const issuer = "https://as.bench";
const revocations = 1000;
const atOnce = 50;
const sizes = [10, 10_000, 1_000_000];
const rounds = 15;
const checks = 200_000;

/** Prints the propagation between two nodes, and the cost of a check. */
export async function revocationBench(): Promise<void> {
  const server = await startPostgres();
  try {
    await withDatabase(server.url, printPropagation);
    console.log(
      `\nA check of a token that is not revoked, ns of CPU (median, min–max of ${rounds} rounds of ${checks}), and the copy's memory\n`,
    );
    console.log("| entries | ns a check | MB | loaded in ms |\n|---|---|---|---|");
    for (const size of sizes) await withDatabase(server.url, (url) => printCheck(url, size));
  } finally {
    await server.stop();
  }
}

async function printPropagation(url: string): Promise<void> {
  // Each has its own connections, as two processes would.
  const [writing, reading] = [openPostgres(url, { maxConnections: atOnce }), openPostgres(url)];
  const feed = await openFeed(reading);
  const oneByOne: Latency[] = [];
  for (let count = -100; count < revocations; count += 1) {
    const latency = await propagation(writing, feed);
    if (count >= 0) oneByOne.push(latency);
  }
  const together: Latency[] = [];
  for (let count = 0; count < revocations; count += atOnce) {
    together.push(...(await Promise.all(Array.from({ length: atOnce }, () => propagation(writing, feed)))));
  }
  console.log(`\nFrom a revocation on one node to its refusal on another, over PostgreSQL, ms (${revocations} revocations)\n`);
  console.log("| | p50 | p99 | longest |\n|---|---|---|---|");
  printLatency(
    "one by one, after its commit is known",
    oneByOne.map(({ afterCommit }) => afterCommit),
  );
  printLatency(
    "one by one, after the request",
    oneByOne.map(({ afterStart }) => afterStart),
  );
  printLatency(
    `${atOnce} at once, after its commit is known`,
    together.map(({ afterCommit }) => afterCommit),
  );
  printLatency(
    `${atOnce} at once, after the request`,
    together.map(({ afterStart }) => afterStart),
  );
  await feed.close();
  await Promise.all([writing.close(), reading.close()]);
}

interface Latency {
  readonly afterStart: number;
  /** Negative if the other node refused before the answer reached the node that revoked. */
  readonly afterCommit: number;
}

async function propagation(writing: Database, feed: RevocationFeed): Promise<Latency> {
  const sid = randomUUID();
  const claims = tokenOf(sid, feed.position);
  const started = performance.now();
  const commit = writing
    .transaction(() => revoke({ kind: "session", key: sid, at: Date.now(), expiresAt: Date.now() + 900_000 }))
    .then(() => performance.now());
  while (feed.isRevoked(claims) !== true) await setImmediate();
  const refused = performance.now();
  return { afterStart: refused - started, afterCommit: refused - (await commit) };
}

function printLatency(name: string, latencies: readonly number[]): void {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
  console.log(`| ${name} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`);
}

async function printCheck(url: string, size: number): Promise<void> {
  const database = openPostgres(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO identity_revocations (id, seq, kind, key, at, expires_at)
     SELECT gen_random_uuid(), n, CASE n % 3 WHEN 0 THEN 'session' WHEN 1 THEN 'subject' ELSE 'jti' END, gen_random_uuid(), 0, $2 FROM generate_series(1, $1::bigint) AS series (n)`,
    [size, Date.now() + 3_600_000],
  );
  await client.query("UPDATE identity_revocation_position SET seq = $1", [size]);
  await client.end();
  const before = heapBytes();
  const begun = performance.now();
  const feed = await openFeed(database);
  const loadedMs = performance.now() - begun;
  const megabytes = (heapBytes() - before) / 1e6;
  const tokens = Array.from({ length: 1000 }, () => tokenOf(randomUUID(), 0));
  const figures: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const nanoseconds = nanosecondsOf(feed, tokens);
    if (round > 0) figures.push(nanoseconds);
    // Lets the feed read, as it can in a program that does not only check tokens.
    await setTimeout(100);
  }
  console.log(
    `| ${size.toLocaleString("en")} | ${show(spreadOf(figures), 0)} | ${megabytes.toFixed(1)} | ${loadedMs.toFixed(0)} |`,
  );
  await feed.close();
  await database.close();
}

function nanosecondsOf(feed: RevocationFeed, tokens: readonly Claims[]): number {
  const before = process.cpuUsage();
  for (let index = 0; index < checks; index += 1) {
    const token = tokens[index % tokens.length];
    if (token === undefined || feed.isRevoked(token) !== false)
      throw new Error("A token that is not revoked was reported as revoked");
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / checks;
}

function tokenOf(sid: string, rev: number): Claims {
  return Object.freeze({
    iss: issuer,
    sub: randomUUID(),
    aud: "https://api.bench",
    exp: 2_000_000_000,
    iat: 1_900_000_000,
    jti: randomUUID(),
    sid,
    client_id: "bench",
    rev,
  });
}

function openFeed(database: Database): Promise<RevocationFeed> {
  return RevocationFeed.open({ database, issuer, audit: new Auditor(() => {}, Date.now), clock: Date.now });
}

/** Runs a function on a new database. */
async function withDatabase(server: string, run: (url: string) => Promise<void>): Promise<void> {
  const name = `bench_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = name;
    const database = openPostgres(url.href);
    await migrate(database, identitySchema);
    await database.close();
    await run(url.href);
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  // With the flag, new contexts have this function.
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
