/** K-01: how long a refusal takes tells nothing. In one process on SQLite, where there is least noise to hide in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidCredential, type Redacted } from "lockstep";
import { testDatabases } from "../store/database.fixture.ts";
import { everyScope, keyOf, origin, randomText, testKeys } from "./api-key.fixture.ts";

const samples = 2000;
const rounds = 5;
const significant = 4.5;

interface Timed {
  readonly key: () => Redacted<string>;
  readonly times: number[];
}

test("K-01: unknown ids, wrong secrets and revoked keys take the same time (Welch's t-test, 2,000 samples each)", async (t) => {
  const [sqlite] = testDatabases;
  assert.ok(sqlite?.kind === "sqlite");
  const { apiKeys, alice, events } = await testKeys(await sqlite.open(t));
  const make = () => apiKeys.create({ owner: { account: alice }, name: "k", scopes: everyScope }, everyScope);
  for (let count = 0; count < 40; count += 1) await make();
  const [known, revoked] = [await make(), await make()];
  await apiKeys.revoke(revoked.apiKey.id);

  const kinds = {
    wrong: () => keyOf(known.apiKey.id, randomText(32)),
    unknown: () => keyOf(randomText(12), randomText(32)),
    revoked: () => keyOf(revoked.apiKey.id, randomText(32)),
  };
  const found: Record<"unknown" | "revoked", number[]> = { unknown: [], revoked: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const timed = Object.entries(kinds).map(([name, key]) => ({ name, key, times: [] }));
    const [wrong, unknown, gone] = timed;
    assert.ok(wrong && unknown && gone);
    for (let sample = 0; sample < samples; sample += 1) {
      // In another order each time, so that none is always the one behind a pause.
      for (let place = 0; place < 3; place += 1) await time(timed[(sample + place) % 3] ?? wrong);
      events.length = 0;
    }
    // The first round warms up.
    if (round === 0) continue;
    found.unknown.push(welch(wrong.times, unknown.times));
    found.revoked.push(welch(wrong.times, gone.times));
  }
  // A difference that is there shows in every round; one that the machine made does not.
  for (const [name, all] of Object.entries(found)) assert.ok(medianOf(all) < significant, `${name}: |t| = ${all.join(", ")}`);

  async function time({ key, times }: Timed): Promise<void> {
    const presented = key();
    const started = process.hrtime.bigint();
    await assert.rejects(apiKeys.verify(presented, origin), InvalidCredential);
    times.push(Number(process.hrtime.bigint() - started));
  }
});

/** |t| of two samples without their slowest twentieth, which is what else the machine did. */
function welch(one: readonly number[], other: readonly number[]): number {
  const limit = [...one, ...other].toSorted((a, b) => a - b)[Math.floor((one.length + other.length) * 0.95)] ?? Infinity;
  const [a, b] = [momentsOf(one.filter((each) => each < limit)), momentsOf(other.filter((each) => each < limit))];
  return Math.abs(a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
}

function momentsOf(values: readonly number[]): { mean: number; variance: number; count: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance, count: values.length };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}
