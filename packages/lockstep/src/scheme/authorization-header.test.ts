import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import { Refusal } from "../outcome/refusal.ts";
import { findCredential, parseAuthorization } from "./authorization-header.ts";
import { sourceOf } from "./source.fixture.ts";

const token = "mF_9.B5f-4.1JqM~+/==";

/** `absent`, `!kind`, or the credential. */
function parsed(value: string, scheme = "bearer"): string {
  const result = parseAuthorization(value, scheme);
  return result instanceof Refusal ? `!${result.kind}` : (result ?? "absent");
}

function foundIn(...values: string[]): string | undefined {
  const result = findCredential(sourceOf({ headers: { authorization: values } }), "bearer");
  return result instanceof Refusal ? `!${result.kind}` : result;
}

test("reads the strict form `Bearer SP b64token` (RFC 6750 §2.1)", () => {
  assert.equal(parsed(`Bearer ${token}`), token);
  assert.equal(parsed("Bearer x"), "x");
});

test("compares the scheme's name without case (H-02; RFC 9110 §11.1)", () => {
  for (const name of ["bearer", "BEARER", "bEaReR"]) assert.equal(parsed(`${name} ${token}`), token);
});

test("another scheme is not a credential of this one (H-03)", () => {
  for (const name of ["Basic", "Token", "JWT", "DPoP", "Bearerx", "Bearer-Token", "xBearer", "Beare", "B"]) {
    assert.equal(parsed(`${name} ${token}`), "absent", name);
  }
  assert.equal(parsed(`Bearer ${token}`, "basic"), "absent");
  assert.equal(parsed('Digest username="x", realm="a b", nonce="c d"'), "absent");
});

test("the scheme with nothing after it is not a credential (H-04)", () => {
  for (const value of ["Bearer", "Bearer ", "Bearer  ", "Bearer\t", ""])
    assert.equal(parsed(value), "absent", JSON.stringify(value));
});

test("anything but one space and one credential is malformed (H-04)", () => {
  for (const tail of [
    `  ${token}`,
    `\t${token}`,
    ` \t${token}`,
    ` ${token} `,
    ` ${token},`,
    ` ${token} U`,
    ` ${token}\t`,
    `,${token}`,
    `:${token}`,
  ]) {
    assert.equal(parsed(`Bearer${tail}`), "!invalid", JSON.stringify(tail));
  }
});

test("a token with no scheme, or with two, is never taken (H-05)", () => {
  assert.equal(parsed(token), "absent");
  assert.equal(parsed(`TBearer ${token}`), "absent");
  assert.equal(parsed("TBearer "), "absent");
  assert.equal(parsed(`Bearer Bearer ${token}`), "!invalid");
});

test("two Authorization headers are refused in either order, whatever they hold; one is read (H-06)", () => {
  assert.equal(foundIn(), undefined);
  assert.equal(foundIn("Bearer GOOD"), "GOOD");
  assert.equal(foundIn("Bearer GOOD", "Bearer BAD"), "!repeated");
  assert.equal(foundIn("Bearer BAD", "Bearer GOOD"), "!repeated");
  assert.equal(foundIn("Bearer GOOD", "Bearer GOOD"), "!repeated");
  assert.equal(foundIn("Basic eDp5", "Bearer GOOD"), "!repeated");
  assert.equal(foundIn("", "Bearer GOOD"), "!repeated");
});

test("two headers joined by a proxy or a fetch host are refused like two headers (H-06; RFC 9110 §5.3)", () => {
  for (const value of [
    "Bearer GOOD, Bearer BAD",
    "Bearer BAD,Bearer GOOD",
    "Basic eDp5, Bearer GOOD",
    "Bearer GOOD== , Basic eDp5",
  ]) {
    assert.equal(parsed(value), "!repeated", value);
    assert.equal(parsed(value, "basic"), "!repeated", value);
  }
});

test("characters outside b64token are malformed (H-10)", () => {
  for (const part of ["é", '"T"', "T;x", "%00", "T\u007f", "T\0", "T\r\nX: y", "=", "==", "T=x", "T\u00a0", "\u00a0", "Ｔ", "🔑"]) {
    assert.equal(parsed(`Bearer ${part}`), "!invalid", JSON.stringify(part));
  }
});

test("a credential of 16 KiB is read and a longer one refused", () => {
  const largest = "a".repeat(maxCredentialBytes);
  assert.equal(parsed(`Bearer ${largest}`), largest);
  assert.equal(parsed(`Bearer ${largest}a`), "!invalid");
});

test("a refusal does not repeat the credential", () => {
  const result = parseAuthorization("Bearer s3cret s3cret", "bearer");
  assert.ok(result instanceof Refusal);
  assert.ok(!result.reason.includes("s3cret"));
});

const strict = /^[Bb][Ee][Aa][Rr][Ee][Rr] ([A-Za-z0-9\-._~+/]+=*)$/;
const near = fc
  .array(fc.constantFrom("Bearer", "bearer", "Basic", " ", " ", "\t", ",", ", ", "=", "T", "a.b", "é", "\0", '"'), { maxLength: 8 })
  .map((parts) => parts.join(""));

test("never throws, and takes exactly the token of the strict form and nothing else", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        near,
        fc.string({ unit: "binary" }),
        near.map((tail) => `Bearer ${tail}`),
      ),
      (value) => {
        const result = parseAuthorization(value, "bearer");
        const expected = strict.exec(value)?.[1];
        assert.equal(typeof result === "string" ? result : undefined, expected);
      },
    ),
    { numRuns: 5000 },
  );
});

test("gives every b64token back as it was sent", () => {
  const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"];
  const tokens = fc.tuple(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1 }), fc.nat({ max: 3 }));
  fc.assert(
    fc.property(
      tokens,
      ([text, pads]) => parseAuthorization(`Bearer ${text}${"=".repeat(pads)}`, "bearer") === text + "=".repeat(pads),
    ),
  );
});

test("a hostile megabyte is answered, not backtracked into", () => {
  // Each is the worst case of one part of an expression; anything quadratic would not end.
  const many = 1_000_000;
  for (const value of [
    `x ${"=".repeat(many)},`,
    `${"x".repeat(many)},`,
    `x a${" ".repeat(many)}b,`,
    `x a,${" ".repeat(many)}`,
    `x a,${"b".repeat(many)}`,
  ]) {
    assert.equal(parsed(value), "absent");
    assert.equal(parsed(`Bearer ${value}`), "!invalid");
  }
});

test("finds the credential of every scheme whose name is a token, in any case, and of no other scheme", () => {
  for (const scheme of ["dpop", "hmac-sha256", "a_b", "x^y", "ticket2"]) {
    for (const name of [scheme, scheme.toUpperCase()]) assert.equal(parsed(`${name} abc`, scheme), "abc", name);
  }
  // Setting bit 5 would turn the one into the other.
  for (const [sent, scheme] of [
    ["a\x7fb", "a_b"],
    ["x~y", "x^y"],
    ["x^y", "x~y"],
    ["ticket\x12", "ticket2"],
  ] as const) {
    assert.equal(parsed(`${sent} abc`, scheme), "absent", JSON.stringify(sent));
  }
});
