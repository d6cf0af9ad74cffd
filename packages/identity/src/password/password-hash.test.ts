import assert from "node:assert/strict";
import { argon2Sync, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { Redacted, secret, type Secret } from "lockstep";
import { currentCost } from "../account-table/password-cost.ts";
import { countHashes } from "./hash-count.fixture.ts";
import { hashesAtOnce, hashPassword, needsRehash, verifyPassword } from "./password-hash.ts";

const right = new Redacted("seven quiet lanterns drift");

interface Made {
  readonly memory?: number;
  readonly passes?: number;
  readonly parallelism?: number;
  readonly saltBytes?: number;
  readonly tagLength?: number;
}

/** A hash of the right password, with other parameters than ours. */
function hashWith({ memory = 19_456, passes = 2, parallelism = 1, saltBytes = 16, tagLength = 32 }: Made): Secret<string> {
  const nonce = randomBytes(saltBytes);
  const tag = argon2Sync("argon2id", { message: right.reveal(), nonce, memory, passes, parallelism, tagLength });
  const [salt, text] = [nonce, tag].map((bytes) => bytes.toString("base64").replaceAll("=", ""));
  return secret(`$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${salt}$${text}`);
}

const unreadable = [
  "",
  "$2b$12$abcdefghijklmnopqrstuuxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "$argon2i$v=19$m=19456,t=2,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms",
  "$argon2id$v=16$m=19456,t=2,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms",
  "$argon2id$v=19$m=4,t=2,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms",
  "$argon2id$v=19$m=19456,t=0,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms",
  "$argon2id$v=19$m=4194304,t=2,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms",
  "$argon2id$v=19$m=19456,t=100000,p=1$+AmIJawl3+I55lQQ/M+Pug$imjJ4RlaI6wiGrsjXhO/j+kSlKgaAzFCVvZxAu4CBms",
];

describe("a password hash", () => {
  test("is argon2id with 19 MiB, 2 passes and 16 bytes of salt, which differs each time (L-18)", async () => {
    const [one, other] = await Promise.all([hashPassword(right), hashPassword(right)]);
    const [, algorithm, version, cost, salt = "", tag = ""] = one.reveal().split("$");
    assert.deepEqual([algorithm, version, cost], ["argon2id", "v=19", "m=19456,t=2,p=1"]);
    assert.equal(Buffer.from(salt, "base64").length, 16);
    assert.equal(Buffer.from(tag, "base64").length, 32);
    assert.notEqual(one.reveal(), other.reveal());
    assert.equal(needsRehash(one), false);
  });

  test("matches its password and no other", async () => {
    const hash = await hashPassword(right);
    assert.equal(await verifyPassword(right, hash), true);
    assert.equal(await verifyPassword(new Redacted("seven quiet lanterns drifT"), hash), false);
    assert.equal(await verifyPassword(new Redacted(""), hash), false);
  });

  test("matches both Unicode spellings of a character (NFC)", async () => {
    const composed = new Redacted("caf\u00e9 lantern drifting");
    const apart = new Redacted("cafe\u0301 lantern drifting");
    assert.equal(await verifyPassword(apart, await hashPassword(composed)), true);
    assert.equal(await verifyPassword(composed, await hashPassword(apart)), true);
  });

  test("depends on every byte of a long password: nothing is cut off", async () => {
    const hash = await hashPassword(new Redacted(`${"x".repeat(1023)}a`));
    assert.equal(await verifyPassword(new Redacted(`${"x".repeat(1023)}b`), hash), false);
    assert.equal(await verifyPassword(new Redacted(`${"x".repeat(1023)}a`), hash), true);
  });

  test("that cost less than today's matches, and should be replaced (L-18)", async () => {
    const weaker: readonly Made[] = [{ memory: 9728 }, { passes: 1 }, { saltBytes: 8 }, { tagLength: 16 }];
    for (const made of weaker) {
      const hash = hashWith(made);
      assert.equal(await verifyPassword(right, hash), true, JSON.stringify(made));
      assert.equal(needsRehash(hash), true, JSON.stringify(made));
    }
    for (const made of [{}, { passes: 3 }, { memory: 32_768 }, { saltBytes: 32 }]) assert.equal(needsRehash(hashWith(made)), false);
  });

  test("that cannot be read, or costs too much, never matches and should be replaced; it is not an error", async (t) => {
    const hashes = countHashes(t);
    for (const text of unreadable) {
      assert.equal(await verifyPassword(right, secret(text)), false, text);
      assert.equal(needsRehash(secret(text)), true, text);
      assert.equal(hashes.since(), 1, text);
    }
  });

  test("is computed exactly once for each attempt, whether or not the account has one", async (t) => {
    const hash = await hashPassword(right);
    const hashes = countHashes(t);
    for (const [password, stored] of [
      [right, hash],
      [new Redacted("wrong"), hash],
      [right, undefined],
      [new Redacted(""), undefined],
    ] as const) {
      await verifyPassword(password, stored);
      assert.equal(hashes.since(), 1);
    }
  });

  test("is computed once for each cost that is named, whosever hash it is, and matches the same (L-05)", async (t) => {
    const hash = await hashPassword(right);
    const [cheap, dear] = [hashWith({ memory: 64, passes: 1 }), hashWith({ memory: 8192, passes: 1 })];
    const costs = ["m=8192,t=1,p=1", "m=64,t=1,p=1", currentCost];
    const hashes = countHashes(t);
    for (const [stored, matches] of [
      [undefined, false],
      [hash, true],
      [cheap, true],
      [dear, true],
      [secret(unreadable[1] ?? ""), false],
    ] as const) {
      assert.equal(await verifyPassword(right, stored, { costs }), matches);
      assert.equal(hashes.since(), 3);
      assert.equal(await verifyPassword(new Redacted("wrong"), stored, { costs }), false);
      assert.equal(hashes.since(), 3);
    }
    // A cost that argon2 does not accept, or that is too high, is left out.
    await verifyPassword(right, hash, { costs: ["m=4,t=2,p=1", "m=999999999,t=1,p=1", "", "nonsense"] });
    assert.equal(hashes.since(), 1);
    // The current cost belongs to it even if it is not named.
    await verifyPassword(right, cheap, { costs: [] });
    assert.equal(hashes.since(), 2);
  });

  test("runs once for each processor, and leaves half of the thread pool free", () => {
    assert.deepEqual(
      [1, 2, 4, 64].map((processors) => hashesAtOnce(processors, undefined)),
      [1, 2, 2, 2],
    );
    assert.deepEqual(
      ["1", "2", "16", "128", "", "many", "-1"].map((threads) => hashesAtOnce(8, threads)),
      [1, 1, 8, 8, 2, 2, 2],
    );
  });

  test("for unknown accounts matches no password", async () => {
    assert.equal(await verifyPassword(right, undefined), false);
  });
});
