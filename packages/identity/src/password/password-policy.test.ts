import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { commonPasswords } from "./common-passwords.ts";
import { withoutWalks } from "./keyboard-walk.ts";
import { passwordWeakness } from "./password-policy.ts";

const about = { email: "grace.hopper@navy.example", service: "https://notes.lockstep.example" };

describe("a password", () => {
  test("accepts any text that is long enough and not a common guess; no kinds of characters are required", () => {
    for (const good of [
      "seven quiet lanterns drift",
      "sevenquietlanterns",
      "gW7#pQz!2vLk9@Xr",
      "тихий фонарь плывёт",
      "静かな提灯が七つ流れて行く夜の川辺にて",
      "summer garden bicycle kettle",
      "🦊 hopped over 🪵 twice",
      "🦊🪵🐢🌊🔥🌙🍀🎻🚲🧲🪁🧵🫖🪴🧭",
      "          seven quiet lanterns          ",
    ]) {
      assert.equal(passwordWeakness(good, about), undefined, good);
    }
  });

  test("requires at least 15 code points in NFC, and at most 1024 bytes", () => {
    assert.match(passwordWeakness("gW7#pQz!2vLk9@") ?? "", /15 characters/);
    assert.equal(passwordWeakness("gW7#pQz!2vLk9@X"), undefined);
    // 14 letters with a mark on each are 28 code points as written, and 14 in NFC.
    const marked = Array.from("abdeghjklmnors", (letter) => `${letter}\u0301`).join("");
    assert.ok(Array.from(marked.normalize("NFC")).length >= 15 || passwordWeakness(marked) !== undefined);
    assert.match(passwordWeakness("e\u0301".repeat(14)) ?? "", /15 characters/);
    // Seven emoji are fourteen UTF-16 units and seven code points.
    assert.match(passwordWeakness("🦊🪵🐢🌊🔥🌙🍀") ?? "", /15 characters/);
    const long = Array.from({ length: 128 }, (_, index) => `w${index}x`).join(" ");
    assert.equal(passwordWeakness(long.slice(0, 512)), undefined);
    assert.match(passwordWeakness(`${long.repeat(3)}é`.slice(-1025)) ?? "", /1024 bytes/);
  });

  test("refuses half of a surrogate pair", () => {
    assert.match(passwordWeakness("seven quiet lanterns \ud800") ?? "", /not valid Unicode/);
  });

  test("refuses common passwords, also with digits, signs, capitals or the usual replacements around them", () => {
    for (const common of [
      "correct horse battery staple",
      "Correct-Horse-Battery-Staple-1",
      "passwordpassword1",
      "P@ssw0rd!P@ssw0rd?",
      "P@ssw0rd-Welcome-2024",
      "thisismypassword!",
      "iloveyousomuch1!!",
      "administrator123!",
      "ChangeMeChangeThis99",
      "letmein-letmein-letmein!",
      "To be, or not to be: that is the question",
      "The quick brown fox jumps over the lazy dog",
      "Tr0ub4dor password secret",
      "supercalifragilisticexpialidocious",
      "secretsecretadmin123",
      "Winter2024Summer2025!",
    ]) {
      assert.match(passwordWeakness(common) ?? "", /too easy to guess|repeats itself/, common);
    }
    for (const phrase of commonPasswords) {
      const long = phrase.padEnd(15, "1");
      assert.notEqual(passwordWeakness(long), undefined, long);
    }
  });

  test("refuses rows of keys, forwards and backwards", () => {
    for (const row of [
      "qwertyuiopasdfghjkl",
      "1qaz2wsx3edc4rfv5tgb",
      "zaq12wsxcde34rfvbgt5",
      "1q2w3e4r5t6y7u8i9o",
      "abcdefghijklmnopqrs",
      "098765432109876543210",
      "qwertzuiopasdfghjkl1",
      "lkjhgfdsapoiuytrewq",
    ]) {
      assert.notEqual(passwordWeakness(row), undefined, row);
    }
    assert.equal(withoutWalks("xqwertyx1234y"), "xxy");
    assert.equal(withoutWalks("lantern"), "lantern");
  });

  test("refuses repetition, and fewer than a handful of different characters", () => {
    assert.match(passwordWeakness("ab9Kx!ab9Kx!ab9Kx!") ?? "", /repeats/);
    assert.match(passwordWeakness("aaaaaaaaaaaaaaaaaaaa") ?? "", /handful/);
    assert.match(passwordWeakness("abababccabababccabcabc") ?? "", /handful/);
  });

  test("refuses passwords that consist of the address or the service's name", () => {
    for (const own of [
      "grace.hopper@navy.example",
      "GraceHopperGrace1",
      "hopper-lockstep-2024!",
      "notes.lockstep.example",
      "grace hopper navy",
    ]) {
      assert.notEqual(passwordWeakness(own, about), undefined, own);
    }
    assert.equal(passwordWeakness("grace keeps seven lanterns", about), undefined);
    assert.equal(passwordWeakness("hopper jumps lockstep gladly"), undefined);
    assert.equal(passwordWeakness("hopper jumps over lockstep", { email: "other@x.example", service: "no url" }), undefined);
  });

  test("never repeats the password in an answer, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1200 }), fc.string(), fc.string(), (password, email, service) => {
        const said = passwordWeakness(password, { email, service });
        return said === undefined || password.length < 6 || !said.includes(password);
      }),
    );
  });
});
