/**
 * The time of a refusal reveals nothing that could be measured over a network (K-01). In one process on SQLite, with the least
 * noise.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidCredential, Redacted } from "lockstep";
import { testDatabases } from "../store/database.fixture.ts";
import { everyScope, keyOf, origin, randomText, testKeys } from "./api-key.fixture.ts";

const samples = 2000;
const rounds = 5;
/** If only some refusals asked the database, their ratio would be larger than this. The control proves it. */
const mostRatio = 1.25;

test("unknown ids, wrong secrets and revoked keys take the same time (medians of 2,000 samples each) (K-01)", async (t) => {
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
    // The control: its checksum is wrong, so nothing is looked up.
    mistyped: () => new Redacted(`${keyOf(known.apiKey.id, randomText(32)).reveal()}x`),
  };
  const ratios: Record<"unknown" | "revoked" | "mistyped", number[]> = { unknown: [], revoked: [], mistyped: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const times: Record<keyof typeof kinds, number[]> = { wrong: [], unknown: [], revoked: [], mistyped: [] };
    for (let sample = 0; sample < samples; sample += 1) {
      // In another order each time, so no kind always comes after a pause.
      for (const name of rotated(["wrong", "unknown", "revoked", "mistyped"] as const, sample))
        times[name].push(await time(kinds[name]()));
      events.length = 0;
    }
    // The first round warms up.
    if (round === 0) continue;
    for (const name of ["unknown", "revoked", "mistyped"] as const) ratios[name].push(ratioOf(times[name], times.wrong));
  }
  // Other work of the machine slows all kinds, in few samples: so the medians are compared, not single times.
  for (const name of ["unknown", "revoked"] as const) {
    assert.ok(medianOf(ratios[name]) < mostRatio, `${name}: ${ratios[name].join(", ")}`);
  }
  assert.ok(medianOf(ratios.mistyped) > mostRatio, `the control: ${ratios.mistyped.join(", ")}`);

  async function time(presented: Redacted<string>): Promise<number> {
    const started = process.hrtime.bigint();
    await assert.rejects(apiKeys.verify(presented, origin), InvalidCredential);
    return Number(process.hrtime.bigint() - started);
  }
});

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** Returns the slower time divided by the faster one: 1 if they are the same. */
function ratioOf(one: readonly number[], other: readonly number[]): number {
  const ratio = medianOf(one) / medianOf(other);
  return Math.max(ratio, 1 / ratio);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}
