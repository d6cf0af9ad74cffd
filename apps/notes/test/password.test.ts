/** Password hashes, and which passwords may be set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted, secret } from "lockstep";
import { hashPassword, passwordWeakness, verifyPassword, wrongLength } from "../src/password.ts";

const password = new Redacted("correct horse battery staple");

test("a hash is a PHC string of argon2id with 19 MiB, two passes and a salt of its own", async () => {
  const hashes = await Promise.all([hashPassword(password), hashPassword(password)]);
  for (const hash of hashes)
    assert.match(hash.reveal(), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(hashes[0].reveal(), hashes[1].reveal());
});

test("only the password that was hashed is right", async () => {
  const hash = await hashPassword(password);
  assert.equal(await verifyPassword(password, hash), true);
  for (const wrong of ["correct horse battery stapl", "Correct horse battery staple", "correct horse battery staple ", ""]) {
    assert.equal(await verifyPassword(new Redacted(wrong), hash), false);
  }
  assert.equal(await verifyPassword(password, undefined), false);
});

test("a hash with other parameters is verified with those", async () => {
  // From the reference implementation, its test.c: "password" with the salt "somesalt"
  const hash = secret("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
  assert.equal(await verifyPassword(new Redacted("password"), hash), true);
  assert.equal(await verifyPassword(new Redacted("passwords"), hash), false);
});

test("one password, whichever way its accents are written", async () => {
  const hash = await hashPassword(new Redacted("caf\u00e9 au lait, sans sucre"));
  assert.equal(await verifyPassword(new Redacted("cafe\u0301 au lait, sans sucre"), hash), true);
});

test("the length counts characters, not bytes or halves of surrogate pairs", () => {
  assert.equal(wrongLength("𝒳".repeat(15)), undefined);
  assert.match(wrongLength("𝒳".repeat(14)) ?? "", /at least 15/);
  assert.match(wrongLength("é".repeat(513)) ?? "", /1024 bytes/);
});

test("weak passwords are refused for production, good ones are not", () => {
  const weak = [
    "",
    "changeme",
    "SUPER_SECRET_KEY",
    "changemechangeme",
    "password12345678",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "Passw0rd",
    "123456789012345",
    "notes-admin-password",
    "admin@example.com",
  ];
  for (const each of weak) assert.notEqual(passwordWeakness(each), undefined, each);
  for (const each of ["correct horse battery staple", "my secret garden has roses", "Zt4-qPw9-Lm2x-Vb7k", "пароль из пяти слов"])
    assert.equal(passwordWeakness(each), undefined, each);
});
