import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { createApi, depends, post, problem, reply, resource } from "../index.ts";
import type { Webhook } from "./definition.ts";
import { memoryReplays } from "./memory-replays.ts";
import type { WebhookReplays } from "./replays.ts";
import { signWebhook } from "./sign-webhook.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { clock, now, Paid, paid, receiving, whsec } from "./webhook.fixture.ts";

const secret = whsec();

/** A receiver whose handler counts, and does what a test says next. */
function counting(event: Webhook<{ amount: number }>) {
  const handled: string[] = [];
  const next: (() => unknown)[] = [];
  const handler = ({ event: { eventId } }: { readonly event: { readonly eventId: string } }): unknown => {
    handled.push(eventId);
    return next.shift()?.();
  };
  const receiver = receiving([post("/hooks", { deps: { event }, status: 204 }, async (values) => void (await handler(values)))]);
  return {
    handled,
    next,
    api: receiver.api,
    async send(id: string, { at = now, body = paid, signature = "" } = {}) {
      const headers: Record<string, string> = { ...(await signWebhook({ id, body, secrets: [secret], clock: () => at * 1000 })) };
      if (signature !== "") headers["webhook-signature"] = signature;
      return receiver.send(body, headers);
    },
  };
}

const webhook = <R extends WebhookReplays>(replays: R) => standardWebhooks({ secrets: [secret], payload: Paid, clock, replays });

test("an event is handled once: when it is sent again, the answer is an empty success without the handler", async () => {
  const { send, handled } = counting(webhook(memoryReplays({ clock })));
  assert.equal((await send("a")).outcome, "204");
  const { outcome, body, headers, reasons } = await send("a");
  assert.deepEqual([outcome, body, headers.get("content-type"), reasons], ["200", undefined, null, []]);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal((await send("a", { at: now + 60 })).outcome, "200");
  assert.equal((await send("b")).outcome, "204");
  assert.deepEqual(handled, ["a", "b"]);
});

test("positive control: without replays, an event that is sent again is handled again", async () => {
  const { send, handled } = counting(standardWebhooks({ secrets: [secret], payload: Paid, clock }));
  assert.deepEqual([(await send("a")).outcome, (await send("a")).outcome], ["204", "204"]);
  assert.deepEqual(handled, ["a", "a"]);
});

test("if the handler fails, the sender's next attempt is handled", async () => {
  const { send, handled, next } = counting(webhook(memoryReplays({ clock })));
  next.push(
    () => assert.fail("a bug"),
    () => problem(503, "later", "Later."),
    () => Promise.reject(new Error("the database")),
  );
  const outcomes = [];
  for (let attempt = 0; attempt < 5; attempt += 1) outcomes.push((await send("a", { at: now + attempt })).outcome);
  assert.deepEqual(outcomes, ["500 internal_error", "503 later", "500 internal_error", "204", "200"]);
  assert.deepEqual(handled, ["a", "a", "a", "a"]);
});

test("only a right signature records an id: nobody else can make an event look handled", async () => {
  const recorded: string[] = [];
  const { seen, forget } = memoryReplays({ clock });
  const { send, handled } = counting(webhook({ seen: (id, at) => (recorded.push(id), seen(id, at)), ...(forget && { forget }) }));
  assert.equal((await send("a", { signature: `v1,${"A".repeat(43)}=` })).outcome, "401 invalid_token");
  assert.equal((await send("a", { at: now - 301 })).outcome, "401 invalid_token");
  assert.equal((await send("a", { body: '{"type":"other"}' })).outcome, "422 invalid_input");
  assert.deepEqual([recorded, handled], [[], []]);
  assert.equal((await send("a")).outcome, "204");
  assert.deepEqual([recorded, handled], [["standard-webhooks/a"], ["a"]]);
});

test("an attempt that comes while the first one is handled waits for its result", async () => {
  for (const [result, outcomes, count] of [
    [() => undefined, ["204", "200"], 1],
    [() => assert.fail("a bug"), ["500 internal_error", "204"], 2],
  ] as const) {
    const { send, handled, next } = counting(webhook(memoryReplays({ clock })));
    const { promise, resolve } = Promise.withResolvers<void>();
    next.push(() => promise.then(result));
    const both = [send("a"), send("a", { at: now + 1 })];
    while (handled.length === 0) await setImmediate();
    // Another event does not wait.
    assert.equal((await send("b")).outcome, "204");
    assert.deepEqual(handled, ["a", "b"]);
    resolve();
    assert.deepEqual((await Promise.all(both)).map((each) => each.outcome).toSorted(), outcomes.toSorted());
    assert.equal(handled.filter((id) => id === "a").length, count);
  }
});

test("of fifty attempts at once, one is handled", async () => {
  const { send, handled } = counting(webhook(memoryReplays({ clock })));
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send("a", { at: now + (index % 5) })));
  assert.deepEqual(answers.map((each) => each.outcome).toSorted(), [...Array.from({ length: 49 }, () => "200"), "204"]);
  assert.deepEqual(handled, ["a"]);
});

test("the ids of two senders are apart", async () => {
  const replays = memoryReplays({ clock });
  const one = counting(standardWebhooks({ sender: "one", secrets: [secret], payload: Paid, clock, replays }));
  const two = counting(standardWebhooks({ sender: "two", secrets: [secret], payload: Paid, clock, replays }));
  assert.deepEqual(
    [(await one.send("a")).outcome, (await two.send("a")).outcome, (await one.send("a")).outcome],
    ["204", "204", "200"],
  );
});

test("ids can be recorded in the handler's own transaction: what rolls back was never handled", async () => {
  const committed = new Set<string>();
  const steps: string[] = [];
  const transaction = resource({}, function* () {
    const written = new Set<string>();
    steps.push("begin");
    try {
      yield { has: (id: string) => committed.has(id), add: (id: string) => void written.add(id) };
      for (const id of written) committed.add(id);
      steps.push("commit");
    } catch (error) {
      steps.push("rollback");
      throw error;
    }
  });
  const replays = depends({ transaction }, ({ transaction: tx }) => ({
    seen: (id: string) => tx.has(id) || (tx.add(id), tx.add("work"), false),
  }));
  const event = standardWebhooks({ secrets: [secret], payload: Paid, clock, replays });
  const { send, next } = counting(event);
  next.push(() => assert.fail("a bug"));
  const outcomes = [(await send("a")).outcome, (await send("a")).outcome, (await send("a")).outcome];
  assert.deepEqual(outcomes, ["500 internal_error", "204", "200"]);
  assert.deepEqual(steps, ["begin", "rollback", "begin", "commit", "begin", "rollback"]);
  assert.deepEqual([...committed], ["standard-webhooks/a", "work"]);
});

test("a repeated event opens none of the handler's resources", async () => {
  let opened = 0;
  const db = resource({}, function* () {
    opened += 1;
    yield "db";
  });
  const event = webhook(memoryReplays({ clock }));
  // In any order of the record.
  const receiver = receiving([post("/hooks", { deps: { db, event }, status: 204 }, () => undefined)]);
  for (const expected of [204, 200]) {
    const headers = await signWebhook({ id: "a", body: paid, secrets: [secret], clock });
    assert.equal((await receiver.send(paid, { ...headers })).status, expected);
  }
  assert.equal(opened, 1);
});

test("a place that answers with anything but true or false fails the request, and a store that is away does not let it pass", async () => {
  const places: [string, unknown, string][] = [
    ["a row count", { seen: () => 1 }, "500 internal_error"],
    ["nothing", { seen: () => undefined }, "500 internal_error"],
    ["a promise of rows", { seen: async () => [] }, "500 internal_error"],
    ["an error", { seen: () => assert.fail("the store is away") }, "500 internal_error"],
    ["a rejection", { seen: () => Promise.reject(new Error("the store is away")) }, "500 internal_error"],
    ["true", { seen: () => true }, "200"],
    ["false", { seen: async () => false }, "204"],
  ];
  for (const [what, place, expected] of places) {
    const { send, handled } = counting(webhook(place as WebhookReplays));
    assert.equal((await send("a")).outcome, expected, what);
    assert.equal(handled.length, expected === "204" ? 1 : 0, what);
  }
});

test("if forgetting fails, that is reported, and the answer stays the handler's", async () => {
  const errors: unknown[] = [];
  const replays = { seen: () => false, forget: () => Promise.reject(new Error("the store is away")) };
  const handler = () => assert.fail("a bug");
  const routes = [post("/hooks", { deps: { event: webhook(replays) }, status: 204 }, handler)];
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError: (error) => void errors.push(error), routes });
  const headers = { ...(await signWebhook({ id: "a", body: paid, secrets: [secret], clock })), "content-type": "application/json" };
  const { status } = await api.fetch(new Request("http://x/hooks", { method: "POST", body: paid, headers }));
  assert.equal(status, 500);
  assert.deepEqual(
    errors.map((error) => (error as Error).message),
    ["a bug", "the store is away"],
  );
});

test("the id is kept for as long as the options say, counted from now", async () => {
  const kept: number[] = [];
  const seen = (_id: string, expiresAt: number) => (kept.push(expiresAt), false);
  const options = { secrets: [secret], payload: Paid, clock, replays: { seen } } as const;
  await counting(standardWebhooks(options)).send("a");
  await counting(standardWebhooks({ ...options, rememberSeconds: 60 })).send("a");
  assert.deepEqual(kept, [clock() + 259_200_000, clock() + 60_000]);
  for (const rememberSeconds of [0, -1, 1.5, NaN, Infinity, 366 * 86_400])
    assert.throws(() => standardWebhooks({ ...options, rememberSeconds }), { code: "wrong_option", message: /rememberSeconds/ });
});

test("a place without its functions does not build; from a dependency, it fails the request", async () => {
  const wrong = [null, {}, new Map(), { seen: true }, { has: () => false }, { seen: () => false, forget: "yes" }] as unknown[];
  for (const place of wrong) {
    assert.throws(() => webhook(place as WebhookReplays), { code: "wrong_option", message: /set replays to memoryReplays\(\)/ });
    const replays = depends({}, () => place as WebhookReplays);
    const { send } = counting(standardWebhooks({ secrets: [secret], payload: Paid, clock, replays }));
    assert.equal((await send("a")).outcome, "500 internal_error");
  }
});

test("a handler that returns an error status has handled the event, as it commits a transaction; throwing has not", async () => {
  const event = webhook(memoryReplays({ clock }));
  const receiver = receiving([
    post("/hooks", { deps: { event }, responses: { 204: null, 409: null } }, () => reply(409, undefined)),
  ]);
  const headers = { ...(await signWebhook({ id: "a", body: paid, secrets: [secret], clock })) };
  assert.deepEqual([(await receiver.send(paid, headers)).status, (await receiver.send(paid, headers)).status], [409, 200]);
});
