import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, outcome } from "../../docs/manual/listing/ask.fixture.ts";
import { api, tokens } from "./main.ts";

async function balances(): Promise<unknown[]> {
  const of = async (token: string) => (await ask(api, "GET /balance", { token })).body;
  return [await of(tokens.ann), await of(tokens.bob)];
}

const transfer = (to: string, amount: number) => outcome(api, "POST /transfers", { token: tokens.ann, json: { to, amount } });

test("a transfer changes both balances, and one that is refused half-way changes neither", async () => {
  assert.deepEqual(await balances(), [100, 0]);
  assert.equal(await transfer("bob", 101), "409 not_enough");
  assert.equal(await transfer("nobody", 1), "409 no_such_account");
  assert.deepEqual(await balances(), [100, 0]);
  assert.equal(await transfer("bob", 30), "204");
  assert.deepEqual(await balances(), [70, 30]);
});

test("refuses a negative amount, and a caller without a token", async () => {
  assert.equal(await transfer("bob", -5), "422 invalid_input");
  assert.equal(await outcome(api, "POST /transfers", { json: { to: "bob", amount: 1 } }), "401 unauthenticated");
});

test("concurrent transfers do not mix", async () => {
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => transfer("bob", 10)));
  assert.deepEqual(outcomes.toSorted(), [...Array(7).fill("204"), ...Array(3).fill("409 not_enough")]);
  assert.deepEqual(await balances(), [0, 100]);
});
