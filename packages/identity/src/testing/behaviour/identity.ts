/** Identity's own statements that spend, swap and count: the same ones that its routes use. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { secret } from "lockstep";
import { deleteAccount, disableAccount, insertAccount, lockAccount } from "../../account-table/account-store.ts";
import { saveLink, spendLink } from "../../account/link-store.ts";
import { insertApiKey, replaceApiKey } from "../../api-key/api-key-store.ts";
import { endApiKey } from "../../lineage/end-api-keys.ts";
import { spendAssertion } from "../../client/client-assertion.ts";
import { insertClient, isClientKept, type NewClient } from "../../client/client-store.ts";
import { findRefreshToken, spendRefreshToken } from "../../grant/refresh-token-store.ts";
import { assignPositions, revocationChannel, revocationPosition, revoke } from "../../revocation/revocation-log.ts";
import { hashOfSecret, newSecret } from "../../secret/opaque-token.ts";
import { insertSession, swapSecretHash } from "../../session/session-store.ts";
import type { Database } from "../../store/database.ts";
import { migrate } from "../../store/migration.ts";
import { numberOf } from "../../store/row.ts";
import { identitySchema } from "../../store/schema.ts";
import { all, sql, type Work } from "../../store/statement.ts";
import { behaviour, type Behaviour, behaviourOfTwo, contenders, race, slow, until } from "../behaviour.ts";

const positions = sql("SELECT seq FROM identity_revocations ORDER BY seq");
const positionOf = sql("SELECT seq FROM identity_revocations WHERE key = :key");
const appendPending = sql(
  "INSERT INTO identity_revocations (id, kind, key, at, expires_at) VALUES (:id, :kind, :key, :now, :later)",
);
const insertToken = sql(`
  INSERT INTO identity_refresh_tokens (secret_hash, session_id, created_at, expires_at) VALUES (:hash, :sessionId, :now, :expiresAt)`);
const now = 1_767_225_600_000;
const later = now + 1000;
const client: NewClient = {
  id: "web",
  name: "Web",
  authentication: "none",
  grants: [],
  scopes: [],
  introspects: false,
  createdAt: now,
  secretHash: undefined,
  jwks: undefined,
  createdBy: undefined,
};

/** Facts about identity's own statements. */
export const identityBehaviours: readonly Behaviour[] = [
  behaviour("one of fifty uses a link; nobody can use an expired link, or one for another purpose (L-20)", async (database) => {
    await migrate(database, identitySchema);
    const token = newSecret();
    const link = { token, purpose: "register", accountId: undefined, email: "a@b.test", passwordHash: undefined } as const;
    await database.transaction(() => saveLink({ ...link, createdAt: now, expiresAt: later }));
    assert.equal(await database.run(spendLink(token, "reset", now)), undefined);
    assert.equal(await database.run(spendLink(token, "register", later)), undefined);
    await expectOneWinner(database, () => spendLink(token, "register", now));
  }),
  behaviour("one of fifty creates the account of an address", async (database) => {
    await migrate(database, identitySchema);
    await expectOneWinner(database, () => insertAccount(accountOf("one@b.test")));
  }),
  behaviour("one of fifty disables an account, one deletes it", async (database) => {
    await migrate(database, identitySchema);
    const account = accountOf("a@b.test");
    await database.transaction(() => insertAccount(account));
    await expectOneWinner(database, () => disableAccount(account.id, now));
    await expectOneWinner(database, () => deleteAccount(account.id));
  }),
  behaviour("one of fifty spends a refresh token, and its successor is the one that is stored (A-21)", async (database) => {
    const { session } = await withSession(database);
    const token = newSecret();
    const hash = hashOfSecret(token);
    await database.run(all(insertToken, { hash, sessionId: session, now, expiresAt: later }));
    const successors = Array.from({ length: contenders }, () => newSecret());
    const spend = (index: number, at: number): Work<boolean> =>
      spendRefreshToken(
        { token, successor: successors[index] ?? newSecret(), clientId: undefined, sessionExpiresAt: later },
        { clock: () => at, lifetimes: { refreshTokenSeconds: 60 } },
      );
    assert.equal(await database.transaction(() => spend(0, later)), false);
    const winner = await expectOneWinner(database, (index) => spend(index, now));
    const kept = await database.run(findRefreshToken(token));
    assert.equal(kept?.successorHash, hashOfSecret(successors[winner] ?? newSecret()));
  }),
  behaviour("one of fifty who read a session changes its secret", async (database) => {
    const { session } = await withSession(database);
    await expectOneWinner(database, (index) => swapSecretHash(session, { current: "h0", next: `n${index}`, now }));
    assert.equal(await database.run(swapSecretHash(session, { current: "h0", next: "late", now })), undefined);
  }),
  behaviour("one of fifty replaces an API key, one revokes it", async (database) => {
    const { account } = await withSession(database);
    const maker = { by: undefined, sessionId: undefined, makerClientId: undefined, parentId: undefined };
    const key = { id: "k", familyId: "k", owner: { account }, name: "k", scopes: [], createdAt: now, expiresAt: later };
    await database.transaction(() => insertApiKey({ ...key, ...maker, secretHash: secret("h") }));
    assert.equal(await database.run(replaceApiKey("k", later, later + 1)), false);
    await expectOneWinner(database, () => replaceApiKey("k", now, later));
    await expectOneWinner(database, () => endApiKey("k", now));
  }),
  behaviour("one of fifty uses the id of a client's assertion; another client may use the same id", async (database) => {
    await migrate(database, identitySchema);
    await expectOneWinner(database, () => spendAssertion("one", "jti", later));
    assert.equal(await database.run(spendAssertion("other", "jti", later)), true);
  }),
  behaviour("fifty revocations have fifty positions, one after the other, and are announced in that order", async (database) => {
    await migrate(database, identitySchema);
    const heard: number[] = [];
    await database.listen(revocationChannel, { notified: (payload) => heard.push(Number(payload)), reconnected: () => {} });
    await expectConsecutive([database], database);
    // Those that are committed together are announced together, with the last position.
    await until(() => heard.at(-1) === contenders);
    assert.deepEqual(
      heard,
      [...new Set(heard)].toSorted((one, other) => one - other),
    );
  }),
  behaviour("a revocation whose transaction fails leaves no gap", async (database) => {
    await migrate(database, identitySchema);
    const slowDatabase = slow(database);
    const kept = await race((index) =>
      slowDatabase
        .transaction(function* () {
          yield* revoke({ kind: "subject", key: `s${index}`, at: now, expiresAt: later });
          if (index % 3 === 0) throw new Error("refused");
          return true;
        })
        .catch(() => false),
    );
    const count = kept.filter(Boolean).length;
    assert.ok(count > 0 && count < contenders);
    await expectPositions(count, database);
  }),
  behaviour(
    "a revocation has its position when its transaction is over, and those that are read are never overtaken",
    async (database) => {
      await migrate(database, identitySchema);
      const slowDatabase = slow(database);
      await race(async (index) => {
        const before = await database.run(revocationPosition());
        await slowDatabase.transaction(() => revoke({ kind: "subject", key: `s${index}`, at: now, expiresAt: later }));
        const after = await database.run(revocationPosition());
        const rows = await database.run(all(positionOf, { key: `s${index}` }));
        const [position = -1] = rows.map((row) => numberOf(row, "seq"));
        assert.ok(before < position && position <= after, `${before} < ${position} <= ${after}`);
      });
    },
  ),
  behaviour(
    "until a revocation has its position, it concerns every sign-in and every client that was read before",
    async (database) => {
      const { account } = await withSession(database);
      await database.run(insertClient(client));
      const position = await database.run(revocationPosition());
      const begin = (id: string): Promise<boolean> => database.run(insertSession(sessionOf(account, { id, hash: id, position })));
      assert.deepEqual([await begin("first"), await database.run(isClientKept(client.id, position))], [true, true]);
      await database.run(all(appendPending, { id: "a", kind: "session", key: account, now, later }));
      await database.run(all(appendPending, { id: "b", kind: "client", key: client.id, now, later }));
      assert.deepEqual([await begin("second"), await database.run(isClientKept(client.id, position))], [false, false]);
      await database.transaction(assignPositions);
      assert.deepEqual([await begin("third"), await database.run(isClientKept(client.id, position))], [false, false]);
      const next = await database.run(revocationPosition());
      const isKept = await database.run(insertSession(sessionOf(account, { id: "fourth", hash: "fourth", position: next })));
      assert.deepEqual([isKept, await database.run(isClientKept(client.id, next))], [true, true]);
    },
  ),
  behaviourOfTwo("the positions of two processes are one sequence", async (one, other) => {
    await migrate(one, identitySchema);
    await expectConsecutive([one, other], other);
  }),
  behaviour("a sign-in that was checked before all sessions ended begins no session, whichever comes first", async (database) => {
    const { account } = await withSession(database);
    const slowDatabase = slow(database);
    const position = await database.run(revocationPosition());
    const begun = await race((index) =>
      slowDatabase.transaction(function* () {
        yield* lockAccount(account);
        // One of them ends all sessions. A session begins before that, or not at all.
        if (index === 25) yield* revoke({ kind: "session", key: account, at: now, expiresAt: later });
        const isEnded = (yield* all(positionOf, { key: account })).length > 0;
        const isKept = yield* insertSession(sessionOf(account, { id: randomUUID(), hash: `h${index + 1}`, position }));
        return { isEnded, isKept };
      }),
    );
    for (const { isEnded, isKept } of begun) assert.equal(isKept, !isEnded);
    assert.ok(begun.some(({ isKept }) => !isKept));
  }),
];

/** Asserts that one of fifty calls at once succeeds. Returns its index. */
async function expectOneWinner(database: Database, work: (index: number) => Work<unknown>): Promise<number> {
  const slowDatabase = slow(database);
  const results = await race((index) => slowDatabase.transaction(() => work(index)));
  const won = results.flatMap((result, index) => (result === undefined || result === false ? [] : [index]));
  assert.equal(won.length, 1);
  return won[0] ?? -1;
}

async function expectConsecutive(databases: readonly Database[], reader: Database): Promise<void> {
  await race((index) => {
    const database = slow(databases[index % databases.length] ?? reader);
    return database.transaction(() => revoke({ kind: "subject", key: `s${index}`, at: now, expiresAt: later }));
  });
  await expectPositions(contenders, reader);
}

async function expectPositions(count: number, reader: Database): Promise<void> {
  const kept = (await reader.run(all(positions))).map((row) => numberOf(row, "seq"));
  assert.deepEqual(kept, numbers(count));
  assert.equal(await reader.run(revocationPosition()), count);
}

function numbers(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function accountOf(email: string): Parameters<typeof insertAccount>[0] {
  return { id: randomUUID(), address: { email, key: email }, passwordHash: undefined, createdAt: now, verifiedAt: undefined };
}

function sessionOf(
  accountId: string,
  { id, hash, position }: { readonly id: string; readonly hash: string; readonly position: number },
): Parameters<typeof insertSession>[0] {
  const about = { kind: "browser", clientId: undefined, scope: "", userAgent: undefined, now, expiresAt: later } as const;
  return { ...about, id, accountId, position, secretHash: hash };
}

/** An account with one session, whose secret has the hash `h0`. */
async function withSession(database: Database): Promise<{ readonly account: string; readonly session: string }> {
  await migrate(database, identitySchema);
  const account = accountOf("a@b.test");
  const session = randomUUID();
  await database.transaction(() => insertAccount(account));
  assert.equal(await database.run(insertSession(sessionOf(account.id, { id: session, hash: "h0", position: 0 }))), true);
  return { account: account.id, session };
}
