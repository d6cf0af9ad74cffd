import assert from "node:assert/strict";
import { argon2Sync, randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { type Connection, problem, Redacted, secret, type Secret } from "lockstep";
import { disableAccount, findAccount, insertAccount } from "../account-table/account-store.ts";
import { currentCost, listPasswordCosts, updatePasswordCosts } from "../account-table/password-cost.ts";
import { setPasswordHash } from "../account-table/password-store.ts";
import { parseEmail } from "../mail/email.ts";
import { testSettings, type TestSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { isDeviceOf } from "../throttle/device-cookie.ts";
import type { SignInAttempt, SignInPlace } from "../throttle/throttle.ts";
import { countHashes } from "./hash-count.fixture.ts";
import { hashPassword, needsRehash, verifyPassword } from "./password-hash.ts";
import { signIn, SignInRefused, type SignInThrottle } from "./sign-in.ts";

const password = "seven quiet lanterns drift";
const connection: Connection = {
  requestId: "r-1",
  address: "192.0.2.1",
  secure: true,
  userAgent: undefined,
  signal: new AbortController().signal,
};
let hashed: Promise<Secret<string>> | undefined;

/** A throttle that records its calls, and refuses after it is told to. */
class NotingThrottle implements SignInThrottle {
  readonly told: string[] = [];
  isFull = false;

  async signIn<T>({ username }: SignInAttempt, work: (place: SignInPlace) => Promise<T>): Promise<T> {
    this.told.push(`attempt ${username}`);
    if (this.isFull) problem(429, "too_many_requests", "Too many attempts.");
    const result = await work({ isKnownDevice: false });
    this.told.push("succeeded");
    return result;
  }
}

interface Desk extends TestSettings {
  readonly throttle: NotingThrottle;
  addAccount(email: string, hash?: Secret<string>): Promise<string>;
  attempt(username: string, password: string): ReturnType<typeof signIn>;
}

async function openDesk(database: Database): Promise<Desk> {
  const tested = testSettings(database);
  const throttle = new NotingThrottle();
  hashed ??= hashPassword(new Redacted(password));
  const usual = await hashed;
  return {
    ...tested,
    throttle,
    async addAccount(email, ...[passwordHash = usual]) {
      const id = randomUUID();
      const address = parseEmail(email);
      assert.ok(address);
      const account = { id, address, passwordHash, createdAt: tested.clock.now, verifiedAt: undefined };
      assert.ok(await database.transaction(() => insertAccount(account)));
      return id;
    },
    attempt: (username, text) =>
      signIn({ username, password: new Redacted(text), connection, device: undefined }, { settings: tested.settings, throttle }),
  };
}

function foreignHash({ memory, passes }: { readonly memory: number; readonly passes: number }): Secret<string> {
  const nonce = randomBytes(16);
  const tag = argon2Sync("argon2id", { message: password, nonce, memory, passes, parallelism: 1, tagLength: 32 });
  const [salt, text] = [nonce, tag].map((bytes) => bytes.toString("base64").replaceAll("=", ""));
  return secret(`$argon2id$v=19$m=${memory},t=${passes},p=1$${salt}$${text}`);
}

function weakHash(): Secret<string> {
  return foreignHash({ memory: 4096, passes: 1 });
}

describeOnEach("signing in with a password", (kind) => {
  test("returns the account, the log's position and a device cookie, and tells the throttle that it succeeded", async (t) => {
    const database = await kind.open(t);
    const { settings, throttle, addAccount, attempt, events } = await openDesk(database);
    const id = await addAccount("Ada@example.com");
    const signedIn = await attempt(" ADA@Example.com", password);
    assert.deepEqual(signedIn.account, {
      id,
      email: "Ada@example.com",
      foreignId: undefined,
      isSelfRegistered: false,
      createdAt: settings.clock(),
      verifiedAt: undefined,
      disabledAt: undefined,
    });
    assert.equal(signedIn.position, 0);
    assert.ok(isDeviceOf(settings, signedIn.device, id));
    assert.deepEqual(throttle.told, ["attempt  ADA@Example.com", "succeeded"]);
    assert.deepEqual(events, []);
  });

  test("refuses unknown, wrong, disabled and without a password alike, with one hash each; only the log says which (L-05)", async (t) => {
    const database = await kind.open(t);
    const { throttle, addAccount, attempt, events, clock } = await openDesk(database);
    const ada = await addAccount("ada@example.com");
    const disabled = await addAccount("off@example.com");
    await database.run(disableAccount(disabled, clock.now));
    const [none, foreign] = [randomUUID(), randomUUID()];
    for (const [id, email, passwordHash] of [
      [none, "none@example.com", undefined],
      [foreign, "bcrypt@example.com", secret("$2b$12$abcdefghijklmnopqrstuuxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")],
    ] as const) {
      const address = parseEmail(email);
      assert.ok(address);
      await database.transaction(() => insertAccount({ id, address, passwordHash, createdAt: 1, verifiedAt: undefined }));
    }
    const hashes = countHashes(t);
    const refusals: Error[] = [];
    for (const [username, text, reason, subject] of [
      ["nobody@example.com", password, "unknown_account", undefined],
      ["\u0000'; DROP TABLE identity_accounts; --", password, "unknown_account", undefined],
      ["ada@example.com", "wrong", "wrong_password", ada],
      ["off@example.com", password, "disabled", disabled],
      ["off@example.com", "wrong", "wrong_password", disabled],
      ["none@example.com", password, "no_password", none],
      ["bcrypt@example.com", password, "wrong_password", foreign],
    ] as const) {
      const error: unknown = await attempt(username, text).then(
        () => undefined,
        (refused: unknown) => refused,
      );
      assert.ok(error instanceof SignInRefused, username);
      refusals.push(error);
      assert.equal(hashes.since(), 1, username);
      const { id: _id, at: _at, ...event } = events.at(-1) ?? assert.fail();
      const about = subject === undefined ? {} : { subject };
      assert.deepEqual(event, {
        type: "sign_in.failed",
        method: "password",
        outcome: "failure",
        reason,
        requestId: "r-1",
        ...about,
      });
    }
    assert.equal(new Set(refusals.map(({ message }) => message)).size, 1);
    assert.ok(!throttle.told.includes("succeeded"));
    // The positive control: the same with the right password also costs one hash.
    await attempt("ada@example.com", password);
    assert.equal(hashes.since(), 1);
  });

  test("costs as many hashes for every name if hashes of other costs were imported (L-05)", async (t) => {
    const database = await kind.open(t);
    const { addAccount, attempt } = await openDesk(database);
    await addAccount("native@example.com");
    for (const [name, change] of [
      ["cheap", { memory: 64, passes: 1 }],
      ["other", { memory: 128, passes: 3 }],
      ["again", { memory: 128, passes: 3 }],
    ] as const) {
      await addAccount(`${name}@example.com`, foreignHash(change));
    }
    const hashes = countHashes(t);
    for (const name of ["nobody", "native", "cheap", "other", "again"]) {
      await assert.rejects(attempt(`${name}@example.com`, "wrong"), SignInRefused);
      assert.equal(hashes.since(), 3, name);
    }
    // Signing in replaces the hash. A start forgets the costs that no hash has any more.
    for (const name of ["cheap", "other"]) await attempt(`${name}@example.com`, password);
    assert.deepEqual(await database.run(listPasswordCosts()), ["m=128,t=3,p=1", "m=64,t=1,p=1"]);
    await database.transaction(updatePasswordCosts);
    assert.deepEqual(await database.run(listPasswordCosts()), ["m=128,t=3,p=1", currentCost]);
    await attempt("again@example.com", password);
    await database.transaction(updatePasswordCosts);
    assert.deepEqual(await database.run(listPasswordCosts()), [currentCost]);
    hashes.since();
    for (const name of ["nobody", "native", "cheap"]) await assert.rejects(attempt(`${name}@example.com`, "wrong"), SignInRefused);
    assert.equal(hashes.since(), 3);
  });

  test("counts before it hashes: an attempt over the limit costs no hash and no look-up", async (t) => {
    const database = await kind.open(t);
    const { throttle, addAccount, attempt } = await openDesk(database);
    await addAccount("ada@example.com");
    throttle.isFull = true;
    const hashes = countHashes(t);
    for (const username of ["ada@example.com", "nobody@example.com"]) {
      await assert.rejects(attempt(username, password), { status: 429, code: "too_many_requests" });
    }
    assert.equal(hashes.since(), 0);
  });

  test("hashes a password again if its hash is weaker than today's, and only if it was right (L-18)", async (t) => {
    const database = await kind.open(t);
    const { addAccount, attempt } = await openDesk(database);
    const weak = weakHash();
    const id = await addAccount("ada@example.com", weak);
    const kept = async (): Promise<Secret<string>> => (await database.run(findAccount(id)))?.passwordHash ?? assert.fail();
    const hashes = countHashes(t);
    await assert.rejects(attempt("ada@example.com", "wrong"), SignInRefused);
    // One for each cost: the current one, and the weak one.
    assert.equal(hashes.since(), 2);
    assert.equal((await kept()).reveal(), weak.reveal());
    await attempt("ada@example.com", password);
    assert.equal(hashes.since(), 3);
    const better = await kept();
    assert.equal(needsRehash(better), false);
    assert.equal(await verifyPassword(new Redacted(password), better), true);
    await database.transaction(updatePasswordCosts);
    hashes.since();
    await attempt("ada@example.com", password);
    assert.equal(hashes.since(), 1);
    assert.equal((await kept()).reveal(), better.reveal());
  });

  test("does not bring an old password back, if it is replaced while the old one is hashed again", async (t) => {
    const database = await kind.open(t);
    const { settings, throttle, addAccount } = await openDesk(database);
    const id = await addAccount("ada@example.com", weakHash());
    const replacing = await hashPassword(new Redacted("another eight lanterns sink"));
    const between: SignInThrottle = {
      signIn: async (attempt, work) => {
        const result = await throttle.signIn(attempt, work);
        // Between the check and the new hash.
        await database.run(setPasswordHash(id, { hash: replacing, now: 5 }));
        return result;
      },
    };
    const attempt = { username: "ada@example.com", password: new Redacted(password), connection, device: undefined };
    await signIn(attempt, { settings, throttle: between });
    assert.equal((await database.run(findAccount(id)))?.passwordHash?.reveal(), replacing.reveal());
  });
});
