import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { Redacted } from "lockstep";
import { generateIdentityKey, identityKey, type Purpose, WrongIdentityKey } from "./identity-key.ts";

const purposes: readonly Purpose[] = ["signing-key-seal", "refresh-successor", "device-cookie", "throttle-fingerprint"];

/** Bytes that are all different, and so are the steps between them: the only thing wrong with them twice is the repetition. */
const half = Buffer.from("6998ce7e31e354d5d7b61267992ecb6b", "hex");

function read(text: string): ReturnType<typeof identityKey> {
  return identityKey(new Redacted(text));
}

describe("identityKey()", () => {
  test("takes what generateIdentityKey() makes", () => {
    for (let time = 0; time < 100; time += 1) assert.match(identityKey(generateIdentityKey()).id, /^[A-Za-z0-9_-]{8}$/);
  });

  test("reads the same key from base64url, base64 and hexadecimal", () => {
    const root = randomBytes(32);
    const ids = ["base64url", "base64", "hex"].map((encoding) => read(root.toString(encoding as BufferEncoding)).id);
    assert.equal(new Set(ids).size, 1);
    assert.equal(read(root.toString("hex").toUpperCase()).id, ids[0]);
  });

  test("refuses a key that is missing, a word, short, long, or not encoded (M-09)", () => {
    const malformed = [
      "",
      "changeme",
      "SUPER_SECRET_KEY",
      "0123456789abcdef",
      "x".repeat(32),
      randomBytes(16).toString("hex"),
      randomBytes(31).toString("base64url"),
      randomBytes(33).toString("base64url"),
      randomBytes(64).toString("base64"),
      ` ${randomBytes(32).toString("base64url")}`,
      `${randomBytes(32).toString("base64url")}\n`,
    ];
    for (const text of malformed)
      assert.throws(() => read(text), { name: "WrongIdentityKey", message: "is not 32 bytes in base64url" }, text);
  });

  test("refuses 32 bytes that nobody drew: repeated, counted, or text in an encoding (M-09)", () => {
    const few = randomBytes(12);
    const weak = [
      Buffer.alloc(32),
      Buffer.alloc(32, 0xff),
      Buffer.alloc(32, randomBytes(4)),
      Buffer.concat([half, half]),
      randomBytes(32).map((byte) => 0x80 | (few[byte % 12] ?? 0)),
      Buffer.from(Array.from({ length: 32 }, (_, index) => index)),
      Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index * 7)),
      Buffer.from("changeme-changeme-changeme-chang"),
      Buffer.from("correct horse battery staple 12\n"),
      Buffer.from("pässwörter sind keine schlüss"),
      // `openssl rand -hex 16 | base64`
      Buffer.from(randomBytes(16).toString("hex")),
    ];
    for (const root of weak) {
      assert.equal(root.length, 32);
      for (const encoding of ["base64url", "hex"] as const) {
        assert.throws(() => read(root.toString(encoding)), { name: "WrongIdentityKey", message: "is not random" }, root.toString());
      }
    }
  });

  test("shows nothing of itself, in print or in an error (M-08)", () => {
    const text = generateIdentityKey().reveal();
    const key = read(text);
    const bytes = key.derive("signing-key-seal");
    const shown = [inspect(key, { showHidden: true, depth: 9 }), JSON.stringify(key), inspect(generateIdentityKey())].join();
    for (const encoding of ["base64url", "hex"] as const) assert.ok(!shown.includes(bytes.toString(encoding)));
    assert.ok(!shown.includes(text));
    const wrong = "a-secret-that-is-too-short";
    assert.throws(
      () => read(wrong),
      (error) => error instanceof WrongIdentityKey && !inspect(error).includes(wrong),
    );
  });
});

describe("derive()", () => {
  test("gives each purpose a key of its own, none of which is the root or names it (M-12)", () => {
    const root = randomBytes(32);
    const key = read(root.toString("hex"));
    const all = [root, ...purposes.map((purpose) => key.derive(purpose))].map((bytes) => bytes.toString("hex"));
    assert.equal(new Set(all).size, purposes.length + 1);
    for (const hex of all) assert.ok(!hex.includes(Buffer.from(key.id, "base64url").toString("hex")));
  });

  test("derives the same key again, in every process with the same root", () => {
    const text = generateIdentityKey();
    assert.deepEqual(identityKey(text).derive("device-cookie"), identityKey(text).derive("device-cookie"));
    assert.notDeepEqual(identityKey(text).derive("device-cookie"), identityKey(generateIdentityKey()).derive("device-cookie"));
  });
});
