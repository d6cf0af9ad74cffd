import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { Redacted } from "lockstep";
import { hashOfSecret, isSecretFormat, newSecret } from "./opaque-token.ts";

describe("newSecret()", () => {
  test("generates 256 new bits each time, in a form that is recognised", () => {
    const secrets = Array.from({ length: 1000 }, () => newSecret().reveal());
    assert.equal(new Set(secrets).size, 1000);
    for (const secret of secrets) {
      assert.equal(Buffer.from(secret, "base64url").length, 32);
      assert.ok(isSecretFormat(secret));
    }
  });

  test("is not printed (I-05)", () => {
    const secret = newSecret();
    assert.ok(!`${inspect(secret)}${JSON.stringify({ secret })}${String(secret)}`.includes(secret.reveal()));
  });
});

describe("isSecretFormat()", () => {
  test("refuses everything but 43 characters of base64url", () => {
    const good = newSecret().reveal();
    const wrong = [
      "",
      good.slice(1),
      `${good}A`,
      `${good}\n`,
      ` ${good.slice(1)}`,
      `${good.slice(0, 42)}=`,
      `${good.slice(0, 42)}\0`,
      `${good.slice(0, 42)}é`,
    ];
    for (const text of wrong) assert.equal(isSecretFormat(text), false, JSON.stringify(text));
  });

  test("takes any text without failing, and none of another length", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => !isSecretFormat(text) || text.length === 43));
  });
});

describe("hashOfSecret()", () => {
  test("is the SHA-256 of the text, in base64url: the secret cannot be read from it (L-25)", () => {
    const secret = newSecret();
    assert.equal(hashOfSecret(secret), createHash("sha256").update(secret.reveal()).digest("base64url"));
    assert.equal(hashOfSecret(new Redacted("abc")), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  });
});
