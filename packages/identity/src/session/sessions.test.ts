import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { disableAccount } from "../account-table/account-store.ts";
import { hashOfSecret, newSecret } from "../secret/opaque-token.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { numberOf, textOf } from "../store/row.ts";
import { all, first, sql } from "../store/statement.ts";
import { removeExpiredSessions } from "./session-store.ts";
import { openSessions, secretOf, type SessionDesk } from "./session.fixture.ts";

const row = sql("SELECT * FROM identity_sessions WHERE id = :id");
const entries = sql("SELECT kind, key FROM identity_revocations ORDER BY seq");

describeOnEach("Sessions", (database) => {
  test("a session is found by its secret, of which only the hash is stored", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const begun = await desk.begin(account);
    const found = await desk.sessions.find(secretOf(begun));
    assert.equal(found?.id, begun.id);
    assert.deepEqual(found?.account, account);
    assert.equal(found?.scope, "notes:read notes:write");
    assert.equal(found?.expiresAt, desk.clock.now + 7 * 86_400_000);
    const kept = await db.run(first(row, { id: begun.id }));
    assert.ok(kept);
    assert.equal(textOf(kept, "secret_hash"), hashOfSecret(secretOf(begun)));
    assert.ok(!JSON.stringify(kept).includes(secretOf(begun).reveal()));
    assert.deepEqual(
      desk.events.map(({ type }) => type),
      ["sign_in.succeeded"],
    );
  });

  test("a program's session has no secret, and lasts as long as its refresh tokens can", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const begun = await desk.begin(await desk.addAccount(), "tokens");
    assert.equal(begun.secret, undefined);
    assert.equal(begun.expiresAt, desk.clock.now + 90 * 86_400_000);
    assert.equal(await desk.sessions.rotate(begun.id), undefined);
  });

  test("a secret that nobody was given finds no session, and one of another form does not reach the database (S-02)", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const begun = await desk.begin(await desk.addAccount());
    for (const chosen of [newSecret(), new Redacted(hashOfSecret(secretOf(begun))), new Redacted(begun.id)]) {
      assert.equal(await desk.sessions.find(chosen), undefined);
    }
    assert.ok(await desk.sessions.find(secretOf(begun)));
    await db.close();
    for (const garbage of ["", "x", begun.id, "a".repeat(44), "é".repeat(43), `${"a".repeat(42)}'`, "\0".repeat(43)]) {
      assert.equal(await desk.sessions.find(new Redacted(garbage)), undefined);
    }
    await assert.rejects(desk.sessions.find(newSecret()), { code: "unavailable" });
  });

  test("an ended session is refused from the next request on, and so are the tokens issued for it (S-04)", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const [begun, other] = [await desk.begin(account), await desk.begin(account)];
    assert.ok(await desk.sessions.find(secretOf(begun)));
    assert.deepEqual(await db.run(all(entries)), []);
    assert.deepEqual(await desk.sessions.end({ id: begun.id }, "signed_out"), [begun.id]);
    assert.equal(await desk.sessions.find(secretOf(begun)), undefined);
    assert.ok(await desk.sessions.find(secretOf(other)));
    assert.deepEqual(
      (await db.run(all(entries))).map((entry) => ({ ...entry })),
      [{ kind: "session", key: begun.id }],
    );
    assert.deepEqual(await desk.sessions.end({ id: begun.id }, "signed_out"), []);
    assert.deepEqual(desk.events.at(-1)?.type, "session.refused");
    assert.deepEqual(desk.events.filter(({ type }) => type === "session.ended").length, 1);
  });

  test("ending all other sessions of an account keeps the current one, and those of other accounts (S-05)", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const [account, stranger] = [await desk.addAccount(), await desk.addAccount()];
    const mine = await desk.begin(account);
    const others = [await desk.begin(account), await desk.begin(account), await desk.begin(account, "tokens")];
    const theirs = await desk.begin(stranger);
    const ended = await desk.sessions.end({ accountId: account.id, except: mine.id }, "password_changed");
    assert.deepEqual(ended.toSorted(), others.map(({ id }) => id).toSorted());
    assert.ok(await desk.sessions.find(secretOf(mine)));
    assert.ok(await desk.sessions.find(secretOf(theirs)));
    for (const { secret } of others) if (secret !== undefined) assert.equal(await desk.sessions.find(secret), undefined);
  });

  test("a session without a request for the idle time is over; a request just before that keeps it (S-06)", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const begun = await desk.begin(await desk.addAccount());
    const idle = desk.settings.lifetimes.sessionIdleSeconds;
    desk.clock.advance(idle - 1);
    assert.ok(await desk.sessions.find(secretOf(begun)));
    desk.clock.advance(idle - 1);
    assert.ok(await desk.sessions.find(secretOf(begun)));
    desk.clock.advance(idle + 1);
    assert.equal(await desk.sessions.find(secretOf(begun)), undefined);
    assert.deepEqual(lastReason(desk), "idle");
  });

  test("a session that is used every minute is over at its absolute limit (S-07)", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const begun = await desk.begin(await desk.addAccount());
    const seconds = desk.settings.lifetimes.sessionSeconds;
    for (let gone = 0; gone < seconds - 60; gone += 60) {
      desk.clock.advance(60);
      if (gone % 3600 === 0) assert.ok(await desk.sessions.find(secretOf(begun)));
    }
    desk.clock.advance(59);
    assert.ok(await desk.sessions.find(secretOf(begun)));
    desk.clock.advance(1);
    assert.equal(await desk.sessions.find(secretOf(begun)), undefined);
    assert.deepEqual(lastReason(desk), "expired");
  });

  test("sessions of a disabled account are refused at the next request (S-14)", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const begun = await desk.begin(account);
    assert.ok(await desk.sessions.find(secretOf(begun)));
    // The flag alone must be enough, without the revocation that disabling also writes.
    await db.run(disableAccount(account.id, desk.clock.now));
    assert.equal(await desk.sessions.find(secretOf(begun)), undefined);
    assert.deepEqual(lastReason(desk), "account_disabled");
  });

  test("lists the sessions of an account that are not over, the newest first, in pages", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const [account, stranger] = [await desk.addAccount(), await desk.addAccount()];
    const idle = await desk.begin(account);
    desk.clock.advance(desk.settings.lifetimes.sessionIdleSeconds - 10);
    const old = await desk.begin(account, "tokens");
    const ended = await desk.begin(account);
    await desk.sessions.end({ id: ended.id }, "signed_out");
    const theirs = await desk.begin(stranger);
    desk.clock.advance(20);
    const begun = [old];
    for (let count = 0; count < 4; count += 1) begun.unshift(await desk.begin(account));
    const ids = begun.map(({ id }) => id);
    const listed = await desk.sessions.list(account.id, { limit: 100 });
    assert.deepEqual(listed.map(({ id }) => id).toSorted(), ids.toSorted());
    assert.equal(listed.at(-1)?.id, old.id);
    const [one, two, rest] = [listed.slice(0, 2), listed.slice(2, 4), listed.slice(4)];
    assert.deepEqual(await desk.sessions.list(account.id, { limit: 2 }), one);
    assert.deepEqual(await desk.sessions.list(account.id, { limit: 2, after: one[1]?.id }), two);
    assert.deepEqual(await desk.sessions.list(account.id, { limit: 2, after: two[1]?.id }), rest);
    assert.deepEqual(await desk.sessions.list(account.id, { limit: 2, after: theirs.id }), []);
    assert.equal(await desk.sessions.find(secretOf(idle)), undefined);
  });

  test("deleting an account deletes its sessions", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const begun = await desk.begin(account);
    await db.run(all(sql("DELETE FROM identity_accounts WHERE id = :id"), { id: account.id }));
    assert.equal(await desk.sessions.find(secretOf(begun)), undefined);
    assert.equal(await desk.sessions.findById(begun.id), undefined);
  });

  test("housekeeping removes sessions that have been over for a day, with their refresh tokens, up to a limit each time", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const account = await desk.addAccount();
    const remove = (limit = 100): Promise<number> => db.run(removeExpiredSessions(desk.clock.now, limit));
    const [ended, family] = [await desk.begin(account), await desk.begin(account, "tokens")];
    await db.run(
      all(sql("INSERT INTO identity_refresh_tokens (secret_hash, session_id, created_at, expires_at) VALUES ('h', :id, 0, 0)"), {
        id: family.id,
      }),
    );
    const kept = await desk.begin(account, "tokens");
    await desk.sessions.end({ id: ended.id }, "signed_out");
    await desk.sessions.end({ id: family.id }, "signed_out");
    desk.clock.advance(86_400);
    assert.equal(await remove(), 0);
    desk.clock.advance(1);
    assert.equal(await remove(1), 1);
    assert.equal(await remove(1), 1);
    assert.equal(await remove(1), 0);
    assert.equal(await desk.sessions.findById(family.id), undefined);
    const left = await db.run(first(sql("SELECT count(*) AS count FROM identity_refresh_tokens")));
    assert.ok(left && numberOf(left, "count") === 0);
    assert.ok(await desk.sessions.findById(kept.id));
    desk.clock.advance(desk.settings.lifetimes.refreshFamilySeconds + 1);
    assert.equal(await remove(), 1);
    assert.equal(await desk.sessions.findById(kept.id), undefined);
  });
});

test("100,000 secrets are unique, have 256 bits, and no bit is biased (S-11)", () => {
  const seen = new Set<string>();
  const ones = Array.from({ length: 256 }, () => 0);
  const count = 100_000;
  for (let index = 0; index < count; index += 1) {
    const text = newSecret().reveal();
    seen.add(text);
    const bytes = Buffer.from(text, "base64url");
    assert.equal(bytes.length, 32);
    for (let bit = 0; bit < 256; bit += 1) ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  assert.equal(seen.size, count);
  // Half of them, plus or minus eight standard deviations (158 each): chance alone fails once in 10^12 runs.
  for (const each of ones) assert.ok(Math.abs(each - count / 2) < 8 * 158.2, `${each}`);
});

function lastReason({ events }: SessionDesk): string | undefined {
  const event = events.at(-1);
  return event?.type === "session.refused" ? event.reason : undefined;
}
