import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Unavailable } from "lockstep";
import { removeExpiredLinks, saveLink } from "../account/link-store.ts";
import { assertionKey, assertionOf } from "../client/assertion.fixture.ts";
import { assertionType } from "../client/client-assertion.ts";
import { type IdentityApi, openIdentityApi } from "../identity.fixture.ts";
import { eventually } from "../revocation/node-process.fixture.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { testSettings } from "../settings.fixture.ts";
import type { Database } from "./database.ts";
import { describeOnEach } from "./database.fixture.ts";
import { Housekeeping, type Removal } from "./housekeeping.ts";
import { numberOf } from "./row.ts";
import { all, first, sql, type Work } from "./statement.ts";

const intervalMs = 10 * 60_000;
const one = sql("SELECT 1 AS one");
const link = {
  purpose: "reset",
  accountId: undefined,
  email: "a@example.com",
  passwordHash: undefined,
  createdAt: 0,
} as const;
const tables = [
  "links",
  "sessions",
  "refresh_tokens",
  "spent",
  "revocations",
  "api_keys",
  "throttle",
  "audit_events",
  "accounts",
  "clients",
];

async function countsOf(database: Database): Promise<Readonly<Record<string, number>>> {
  const counts = tables.map(async (name): Promise<[string, number]> => {
    const row = await database.run(first(sql(`SELECT COUNT(*) AS rows FROM identity_${name}`)));
    return [name, row === undefined ? 0 : numberOf(row, "rows")];
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** Leaves something in every table that is not kept for ever. */
async function leaveTraces({ account, ask, auth, clock, serviceAccount, session, signIn }: IdentityApi): Promise<void> {
  const alice = await account("alice");
  const [{ access, refresh }, cookie] = [await signIn(alice), await session(alice)];
  await ask("POST", "/auth/password/forgot", { json: { email: alice.email } });
  await ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: refresh } });
  await ask("POST", "/auth/revoke", { form: { token: access } });
  await ask("POST", "/auth/logout", { cookie });
  await session(alice);
  const key = assertionKey();
  const { id } = await serviceAccount({ authentication: "private_key_jwt", jwks: key.jwks });
  const proof = { client_assertion_type: assertionType, client_assertion: assertionOf(id, key, clock.now) };
  await ask("POST", "/auth/token", { form: { grant_type: "client_credentials", ...proof } });
  await auth.apiKeys.create({ owner: { account: alice.id }, name: "mine", scopes: [], expiresInDays: 1 }, []);
  await auth.apiKeys.create({ owner: { client: id }, name: "theirs", scopes: [], expiresInDays: "never" }, []);
}

/** Lets one run come to its end: the next one begins after it, with the links. Each removes a link that is over. */
async function runOnce(t: TestContext, { settings: { database } }: IdentityApi): Promise<void> {
  const { links } = await countsOf(database);
  for (let run = 0; run < 2; run += 1) {
    await database.transaction(() => saveLink({ ...link, token: newSecret(), expiresAt: 0 }));
    t.mock.timers.tick(intervalMs);
    await eventually(async () => (await countsOf(database))["links"] === links, 30_000, "the link is gone");
  }
}

async function createdAccounts({ options: { database } }: IdentityApi): Promise<number> {
  return (await database.run(all(sql("SELECT id FROM identity_audit_events WHERE type = 'account.created'")))).length;
}

/** Moves the clock forward, until housekeeping trusts it again. */
function advance(t: TestContext, { clock }: IdentityApi, seconds: number): void {
  clock.advance(seconds);
  // Two runs that remove nothing; the next one does.
  for (let run = 0; run < 2; run += 1) t.mock.timers.tick(intervalMs);
}

describeOnEach("housekeeping", (database) => {
  test("removes every ten minutes, by itself, the rows that no longer count, and no others", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const app = await openIdentityApi(t, await database.open(t));
    await leaveTraces(app);
    const { database: opened } = app.options;
    const before = await countsOf(opened);
    for (const [name, rows] of Object.entries(before)) {
      // On SQLite the throttle counts in memory.
      assert.ok(rows > 0 || (name === "throttle" && database.kind === "sqlite"), name);
    }
    await runOnce(t, app);
    const { throttle: _now, ...kept } = await countsOf(opened);
    const { throttle: _before, ...had } = before;
    assert.deepEqual(kept, had, "the control: nothing is over yet");

    advance(t, app, 366 * 86_400);
    t.mock.timers.tick(intervalMs);
    const empty = ["links", "sessions", "refresh_tokens", "spent", "revocations", "throttle"];
    await eventually(
      async () => {
        const counts = await countsOf(opened);
        return empty.every((name) => counts[name] === 0) && counts["api_keys"] === 1;
      },
      30_000,
      "what is over is gone",
    );
    const after = await countsOf(opened);
    assert.deepEqual([after["accounts"], after["clients"]], [before["accounts"], before["clients"]]);
  });

  for (const [name, keepAuditDays, days] of [
    ["removes events after keepAuditDays", 30, 30],
    ["removes events after 90 days by default", undefined, 90],
  ] as const)
    test(name, async (t) => {
      t.mock.timers.enable({ apis: ["setInterval"] });
      const app = await openIdentityApi(t, await database.open(t), { keepAuditDays });
      await app.account("alice");
      advance(t, app, (days - 1) * 86_400);
      await app.account("bob");
      await runOnce(t, app);
      assert.equal(await createdAccounts(app), 2);
      advance(t, app, 2 * 86_400);
      t.mock.timers.tick(intervalMs);
      await eventually(async () => (await createdAccounts(app)) === 1, 30_000, "the older event is gone");
    });

  test('keeps events if keepAuditDays is "forever"', async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const app = await openIdentityApi(t, await database.open(t), { keepAuditDays: "forever" });
    await app.account("alice");
    advance(t, app, 10_000 * 86_400);
    await runOnce(t, app);
    assert.equal(await createdAccounts(app), 1);
  });

  test("removes nothing for twenty minutes after the clock was set, so what is used or revoked stays so when it is set back (D-25)", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const db = await database.open(t);
    const app = await openIdentityApi(t, db);
    await leaveTraces(app);
    const { database: opened } = app.options;
    const before = await countsOf(opened);
    let runs = 0;
    const counting = new Housekeeping({ database: db, clock: app.clock.read }, [
      function* (): Work<number> {
        runs += 1;
        yield* all(one);
        return 0;
      },
    ]);
    t.after(() => counting.close());
    for (const seconds of [366 * 86_400, -366 * 86_400]) {
      app.clock.advance(seconds);
      for (let run = 0; run < 2; run += 1) t.mock.timers.tick(intervalMs);
      await counting.close();
    }
    assert.equal(runs, 0);
    assert.deepEqual({ ...(await countsOf(opened)), throttle: 0 }, { ...before, throttle: 0 });
    // The control: the clock was set and stays.
    advance(t, app, 366 * 86_400);
    t.mock.timers.tick(intervalMs);
    await eventually(async () => (await countsOf(opened))["spent"] === 0, 30_000, "what is over is gone");
  });

  test("removes many, a thousand at a time", async (t) => {
    const { settings, clock } = testSettings(await database.open(t));
    await settings.database.transaction(function* () {
      for (let index = 0; index < 2500; index += 1) {
        yield* saveLink({ ...link, token: newSecret(), expiresAt: clock.now });
      }
    });
    const removed: number[] = [];
    const housekeeping = new Housekeeping(settings, [
      function* (now, limit): Work<number> {
        const count = yield* removeExpiredLinks(now, limit);
        removed.push(count);
        return count;
      },
    ]);
    t.after(() => housekeeping.close());
    await housekeeping.run();
    assert.deepEqual(removed, [1000, 1000, 500]);
  });

  test("reports other failures by name only, and does not report a database that is away", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const told = t.mock.method(console, "error", () => {});
    const { settings } = testSettings(await database.open(t));
    const errors = [new Unavailable("The database is away"), new TypeError("alice@example.com")];
    let calls = 0;
    const housekeeping = new Housekeeping(settings, [
      function* (): Work<number> {
        yield* all(one);
        calls += 1;
        throw errors[calls - 1] ?? new Error("There is no third run");
      },
    ]);
    for (const expected of [1, 2]) {
      t.mock.timers.tick(intervalMs);
      await eventually(() => calls === expected, 30_000, `run ${expected}`);
    }
    await housekeeping.close();
    assert.deepEqual(
      told.mock.calls.map(({ arguments: words }) => words),
      [["Housekeeping failed: TypeError"]],
    );
  });

  test("goes on after the database was away, and ends between two steps when it is closed", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const { settings } = testSettings(await database.open(t));
    let calls = 0;
    const removal: Removal = function* (_now, limit) {
      calls += 1;
      if (calls === 1) throw new Unavailable("The database is away");
      yield* all(one);
      // There is always more.
      return limit;
    };
    const housekeeping = new Housekeeping(settings, [removal]);
    t.mock.timers.tick(intervalMs);
    await eventually(() => calls === 1, 30_000, "it has failed");
    t.mock.timers.tick(intervalMs);
    await eventually(() => calls > 10, 30_000, "it is at work again");
    await housekeeping.close();
    const ended = calls;
    t.mock.timers.tick(3 * intervalMs);
    // Waits for every run that a timer has begun.
    await housekeeping.close();
    assert.equal(calls, ended);
  });
});
