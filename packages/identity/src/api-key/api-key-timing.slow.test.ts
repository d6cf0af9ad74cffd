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
/**
 * The share of pairs in which one refusal may take longer than the other: one half if both do the same work. The speed of the
 * machine does not matter, and its other work slows both equally often. The control shows how far a lookup moves it.
 */
const [least, most] = [0.35, 0.65];

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
  const orders = ordersOf(["wrong", "unknown", "revoked", "mistyped"] as const);
  const longer = { unknown: 0, revoked: 0, mistyped: 0 };
  for (let round = 0; round <= rounds; round += 1) {
    for (let sample = 0; sample < samples; sample += 1) {
      const times = { wrong: 0, unknown: 0, revoked: 0, mistyped: 0 };
      // In every order, so each kind follows each other one equally often: after a refusal without a lookup, a lookup is slower.
      for (const name of orders[sample % orders.length] ?? []) times[name] = await time(kinds[name]());
      events.length = 0;
      // The first round warms up.
      if (round === 0) continue;
      for (const name of ["unknown", "revoked", "mistyped"] as const) if (times[name] > times.wrong) longer[name] += 1;
    }
  }
  for (const name of ["unknown", "revoked"] as const) {
    const share = longer[name] / (samples * rounds);
    assert.ok(share > least && share < most, `${name} took longer than a wrong secret in ${share} of the samples`);
  }
  assert.ok(longer.mistyped / (samples * rounds) < least, `the control: ${longer.mistyped}`);

  async function time(presented: Redacted<string>): Promise<number> {
    const started = process.hrtime.bigint();
    await assert.rejects(apiKeys.verify(presented, origin), InvalidCredential);
    return Number(process.hrtime.bigint() - started);
  }
});

function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first) => ordersOf(items.filter((item) => item !== first)).map((others) => [first, ...others]));
}
