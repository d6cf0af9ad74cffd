import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Cookie, serialiseCookie } from "./set-cookie.ts";

const refused = (cookie: Cookie, message: RegExp) =>
  assert.throws(() => serialiseCookie(cookie), { code: "wrong_result", message });

test("a cookie is Secure, HttpOnly, Path=/ and SameSite=Lax unless said otherwise", () => {
  assert.equal(
    serialiseCookie({ name: "__Host-session", value: "abc" }),
    "__Host-session=abc; Path=/; SameSite=Lax; Secure; HttpOnly",
  );
});

test("each attribute can be said", () => {
  assert.equal(
    serialiseCookie({ name: "a", value: "", path: "/auth", maxAgeSeconds: 60, sameSite: "Strict", secure: false, httpOnly: false }),
    "a=; Path=/auth; Max-Age=60; SameSite=Strict",
  );
  assert.equal(
    serialiseCookie({ name: "a", value: "b", maxAgeSeconds: 0 }),
    "a=b; Path=/; Max-Age=0; SameSite=Lax; Secure; HttpOnly",
  );
  assert.equal(serialiseCookie({ name: "a", value: "b", sameSite: "None" }), "a=b; Path=/; SameSite=None; Secure; HttpOnly");
});

test("a cookie never has a Domain: no sibling host gets it", () => {
  const given = { name: "a", value: "b" };
  assert.ok(!/domain/i.test(serialiseCookie(given)));
  const asked = { ...given, domain: "example.test" };
  assert.throws(() => serialiseCookie(asked), { code: "wrong_option", message: /correct or remove the option "domain"/ });
});

test("the prefixes promise what browsers check (RFC 6265bis §4.1.3), in any case", () => {
  for (const name of ["__Host-a", "__host-a", "__HOST-a"]) {
    refused({ name, value: "", secure: false }, /leave out secure: false, because of its prefix/);
    refused({ name, value: "", path: "/auth" }, /leave out the path, because of its prefix/);
  }
  refused({ name: "__Secure-a", value: "", secure: false }, /leave out secure: false, because of its prefix/);
  serialiseCookie({ name: "__Secure-a", value: "", path: "/auth" });
  serialiseCookie({ name: "Host-a", value: "", secure: false, path: "/auth" });
});

test("SameSite is one of three, and None needs Secure", () => {
  refused({ name: "a", value: "b", sameSite: "None", secure: false }, /leave out secure: false, because sameSite is "None"/);
  // JavaScript callers can pass anything.
  for (const sameSite of ["lax", "", "None; Domain=evil.test"])
    refused({ name: "a", value: "b", sameSite: sameSite as "Lax" }, /set sameSite to/);
});

test("nothing in a name, a value or a path can begin another attribute or header", () => {
  const bad = ["a;b", "a b", "a,b", "a\r\nSet-Cookie: x=y", "a\0", 'a"b', "a\\b", "é", "a\tb", "\u007f"];
  for (const text of bad) {
    refused({ name: text, value: "" }, /holds a character that cookies cannot/);
    refused({ name: "a", value: text }, /holds a character that cookies cannot/);
  }
  for (const name of ["", "a=b", "a/b", "a@b", "(a)"]) refused({ name, value: "" }, /holds a character/);
  for (const path of ["", "auth", "/a;b", "/a b", "/a\r\n", "/é"]) refused({ name: "a", value: "", path }, /holds a character/);
  serialiseCookie({ name: "!#$%&'*+-.^_`|~09azAZ", value: "!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~", path: "/a/b,c" });
});

test("a lifetime is a whole number of seconds, from 0", () => {
  for (const maxAgeSeconds of [-1, 1.5, Number.NaN, Infinity, 1e21])
    refused({ name: "a", value: "", maxAgeSeconds }, /whole number of seconds/);
});

test("a cookie has at most 4096 bytes (S-08)", () => {
  const around = serialiseCookie({ name: "a", value: "" }).length;
  assert.equal(serialiseCookie({ name: "a", value: "x".repeat(4096 - around) }).length, 4096);
  refused({ name: "a", value: "x".repeat(4097 - around) }, /larger than 4096 bytes/);
});

test("whatever is accepted is one cookie with the attributes asked for", () => {
  let accepted = 0;
  const text = fc.string({ unit: fc.constantFrom(...Array.from("abc012-_.=;, \r\né/")), maxLength: 4 });
  fc.assert(
    fc.property(text, text, text, fc.constantFrom("Strict", "Lax", "None"), (name, value, path, sameSite) => {
      let line;
      try {
        line = serialiseCookie({ name, value, path: `/${path}`, sameSite });
      } catch {
        return;
      }
      accepted += 1;
      assert.deepEqual(line.split("; "), [`${name}=${value}`, `Path=/${path}`, `SameSite=${sameSite}`, "Secure", "HttpOnly"]);
      assert.match(line, /^[\x20-\x7e]+$/);
    }),
    { numRuns: 2000 },
  );
  assert.ok(accepted > 40, `${accepted}`);
});
