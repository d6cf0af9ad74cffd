/**
 * Measurements of signing in: the time of a refusal does not tell whether an account exists (L-05), and a flood of strangers does
 * not keep an owner out (L-24).
 */
import assert from "node:assert/strict";
import { argon2Sync, randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { Redacted, secret, type Secret, Unavailable } from "lockstep";
import { findAccountByEmail, insertAccount } from "../account-table/account-store.ts";
import { parseEmail } from "../mail/email.ts";
import { testSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { testDatabases } from "../store/database.fixture.ts";
import { issueDevice } from "../throttle/device-cookie.ts";
import { from, networkNumber } from "../throttle/throttle.fixture.ts";
import { Throttle } from "../throttle/throttle.ts";
import { hashLimits, hashPassword, verifyPassword } from "./password-hash.ts";
import { signIn, SignInRefused, type SignInThrottle } from "./sign-in.ts";

const password = new Redacted("seven quiet lanterns drift");
const wrong = new Redacted("seven quiet lanterns drown");
const rounds = 40;
/**
 * The share of pairs in which one refusal may take longer than the other: one half if both do the same work. The speed of the
 * machine does not matter, and its other work slows both equally often. The control shows how far other work moves it.
 */
const [least, most] = [0.15, 0.85];

function hashWith(memory: number, passes: number): Secret<string> {
  const nonce = randomBytes(16);
  const made = { message: password.reveal(), nonce, memory, passes, parallelism: 1, tagLength: 32 };
  const [salt, tag] = [nonce, argon2Sync("argon2id", made)].map((bytes) => bytes.toString("base64").replaceAll("=", ""));
  return secret(`$argon2id$v=19$m=${memory},t=${passes},p=1$${salt}$${tag}`);
}

async function addAccount(database: Database, name: string, passwordHash: Secret<string>): Promise<string> {
  const address = parseEmail(`${name}@example.test`) ?? assert.fail();
  const id = randomUUID();
  await database.transaction(() => insertAccount({ id, address, passwordHash, createdAt: 1, verifiedAt: 1 }));
  return id;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started);
}

test("unknown, own and imported accounts take the same time, whatever the cost of their hashes is (L-05)", async (t) => {
  const [sqlite] = testDatabases;
  assert.ok(sqlite?.kind === "sqlite");
  const { settings } = testSettings(await sqlite.open(t));
  const { database } = settings;
  await addAccount(database, "own", await hashPassword(password));
  await addAccount(database, "dear", hashWith(32_768, 2));
  await addAccount(database, "cheap", hashWith(4096, 1));
  const throttle: SignInThrottle = { signIn: (_attempt, work) => work({ isKnownDevice: false }) };
  const refused = (name: string) => async () => {
    const attempt = { username: `${name}@example.test`, password: wrong, connection: from("192.0.2.1"), device: undefined };
    await assert.rejects(signIn(attempt, { settings, throttle }), SignInRefused);
  };
  // The control compares with the hash's own cost only.
  const alone = (name: string) => async () => {
    const record = await database.run(findAccountByEmail(`${name}@example.test`));
    await verifyPassword(wrong, record?.passwordHash);
  };
  const kinds = ["own", "dear", "cheap"] as const;
  const longer = { own: 0, dear: 0, cheap: 0 };
  const control = { own: 0, dear: 0, cheap: 0 };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of kinds) {
      // In another order each time, so no kind always comes after the other.
      const names = round % 2 === 0 ? (["nobody", kind] as const) : ([kind, "nobody"] as const);
      const times = new Map<string, number>();
      for (const name of names) times.set(name, await time(refused(name)));
      if ((times.get(kind) ?? 0) > (times.get("nobody") ?? 0)) longer[kind] += 1;
      if (round >= rounds / 4) continue;
      for (const name of names) times.set(name, await time(alone(name)));
      if ((times.get(kind) ?? 0) > (times.get("nobody") ?? 0)) control[kind] += 1;
    }
  }
  for (const kind of kinds) {
    const share = longer[kind] / rounds;
    assert.ok(share > least && share < most, `${kind} took longer than an unknown account in ${share} of the samples`);
  }
  const moved = (control.dear - control.cheap) / (rounds / 4);
  assert.ok(moved > 0.6, `the control: ${JSON.stringify(control)}`);
});

test("open attempts from many networks do not keep the owner out of a known device (L-24)", async (t) => {
  const [sqlite] = testDatabases;
  assert.ok(sqlite?.kind === "sqlite");
  const { settings } = testSettings(await sqlite.open(t), { clientAddress: "known" });
  const throttle = new Throttle(settings);
  const device = issueDevice(settings, await addAccount(settings.database, "owner", await hashPassword(password)));
  const full = hashLimits.maxRunning + hashLimits.maxWaiting;
  const over = new AbortController();
  const busy: unknown[] = [];
  // As many strangers as it takes, each of whom tries again at once.
  const strangers = Array.from({ length: 2 * full }, async (_, index) => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const username = `stranger-${index}-${turn}@example.test`;
      const connection = from(networkNumber(index));
      const attempt = { username, password: new Redacted(`wrong ${index} ${turn}`), connection, device: undefined };
      await signIn(attempt, { settings, throttle }).catch(
        (error: unknown) => void (error instanceof Unavailable && busy.push(error)),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const owner = { username: "owner@example.test", password, connection: from("198.51.100.1") };
  const known: unknown[] = [];
  for (let count = 0; count < 12; count += 1)
    known.push(await signIn({ ...owner, device }, { settings, throttle }).catch((error: unknown) => error));
  over.abort();
  await Promise.all(strangers);
  assert.ok(busy.length > 0, "the line of strangers was full");
  assert.ok(
    known.every((each) => !(each instanceof Error)),
    String(known),
  );
});
