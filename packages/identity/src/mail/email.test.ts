import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { emailKey, parseEmail } from "./email.ts";

describe("an address", () => {
  test("is stored as it was entered, and found in lower case; a tag makes another address", () => {
    assert.deepEqual(parseEmail("Ada.Lovelace+Notes@Example.COM"), {
      email: "Ada.Lovelace+Notes@Example.COM",
      key: "ada.lovelace+notes@example.com",
    });
    assert.notEqual(parseEmail("ada+a@example.com")?.key, parseEmail("ada@example.com")?.key);
    for (const good of [
      "a@b.co",
      "o'neil@example.ie",
      "x_y-z@sub.example.museum",
      "1@1.example",
      "a@xn--bcher-kva.example",
      "ada@notes.local",
    ]) {
      assert.equal(parseEmail(good)?.email, good);
    }
  });

  test("a text that can be read in two ways is refused (R-11)", () => {
    for (const ambiguous of [
      "a@b＠c.example",
      "a＠b.example",
      "ａｄａ@example.com",
      "ada@ｅxample.com",
      // A Cyrillic а, in the domain and in the name.
      "ada@ex\u0430mple.com",
      "\u0430da@example.com",
      "ada@example。com",
      "a@b.example,c@d.example",
      "a@b.example;c@d.example",
      "a@b.example c@d.example",
      "a@b@c.example",
      "ada@example.com.",
      "ada.@example.com",
      ".ada@example.com",
      "a..da@example.com",
      "ada@example..com",
      "ada@-example.com",
      "ada@example-.com",
      "ada@example",
      "ada@127.0.0.1",
      "ada@[127.0.0.1]",
      "ada@1.2.3.4",
      "ada(comment)@example.com",
      '"ada"@example.com',
      '"<x>"@evil.example',
      "Ada <ada@example.com>",
      "<ada@example.com>",
      "mailto:ada@example.com?cc=x",
      "ada@example.com\r\nBcc: eve@evil.example",
      "ada@example.com \u0000",
      "\u200bada@example.com",
      "ada@example.com \u202e",
      "a da@example.com",
      "ada\u0000@example.com",
      "ada@exam\u200bple.com",
      "\u202eada@example.com",
      "ada\u00ad@example.com",
      "ad\u0131@example.com",
      "ada@example.com\ud800",
      "@example.com",
      "ada@",
      "ada",
      "",
    ]) {
      assert.equal(parseEmail(ambiguous), undefined, JSON.stringify(ambiguous));
    }
  });

  test("has no blanks around it, however many a keyboard or autofill adds", () => {
    for (const typed of ["Ada@example.com ", " Ada@example.com", "\tAda@example.com\r\n", "\u00a0Ada@example.com\u3000"]) {
      assert.deepEqual(parseEmail(typed), { email: "Ada@example.com", key: "ada@example.com" }, JSON.stringify(typed));
    }
    for (const wrong of [" ", "ada @example.com", "ada@ example.com", "ada@example.com x", `${" ".repeat(1024)}ada@example.com`]) {
      assert.equal(parseEmail(wrong), undefined, JSON.stringify(wrong));
    }
  });

  test("has at most 254 bytes, 64 of them before the @", () => {
    const labels = `${"d".repeat(61)}.`.repeat(3);
    const longest = `${"n".repeat(64)}@${labels}${"e".repeat(254 - 65 - labels.length)}`;
    assert.equal(longest.length, 254);
    assert.equal(parseEmail(longest)?.key, longest);
    assert.equal(parseEmail(`${longest}e`), undefined);
    assert.equal(parseEmail(`${"n".repeat(65)}@example.com`), undefined);
  });
});

describe("emailKey()", () => {
  test("is the same in every case, width and spacing, and with invisible characters (L-11)", () => {
    for (const typed of [
      "ada@example.com",
      "ADA@EXAMPLE.COM",
      " ada@example.com\t",
      "ada @ example.com",
      "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
      "ada\u0000@example.com",
      "a\u200bda@example.com",
      "ada@example.com\r\n",
      "\ufeffada@example.com",
      "ada\u00a0@example.com",
      "ada@example.com\ud800",
    ]) {
      assert.equal(emailKey(typed), "ada@example.com", JSON.stringify(typed));
    }
    assert.equal(emailKey("ada+tag@example.com"), "ada+tag@example.com");
  });

  test("never throws, and never contains a character that a database refuses", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), (typed) => {
        const key = emailKey(typed);
        return key.isWellFormed() && !/[\p{Cc}\s]/u.test(key) && emailKey(key) === key;
      }),
    );
    assert.ok(emailKey("x".repeat(1_000_000)).length <= 1024);
  });

  test("finds every valid address by its own key", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const parsed = parseEmail(address);
        return parsed === undefined || emailKey(address) === parsed.key;
      }),
    );
  });
});
