/** Attack rows on the claims: tokens that are signed rightly and must not count. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Claims } from "./claims.ts";
import { parseScope } from "./scope-claim.ts";
import * as f from "./token.fixture.ts";

const by = f.verifier();
const at = (claims: Readonly<Record<string, unknown>>): string => f.token({}, claims);
/** A payload written by hand: the good claims with one replaced by a text that JSON.stringify would not write. */
const written = (name: string, text: string): string =>
  f.compact(f.goodHeader, JSON.stringify(f.goodClaims({ [name]: "@" })).replace('"@"', text));

describe("the claims of a token", () => {
  test("returns the claims of a valid token, frozen and without a prototype (J-36)", async () => {
    const claims = await f.accepted(by, at({ constructor: 1, hasOwnProperty: 2, nested: { list: [{}] } }));
    assert.equal(Object.getPrototypeOf(claims), null);
    assert.equal(claims["toString"], undefined);
    assert.equal(claims["constructor"], 1);
    assert.throws(() => Object.assign(claims, { sub: "root" }), TypeError);
    assert.throws(() => Object.assign(Object(claims["nested"]), { list: [] }), TypeError);
    assert.equal(await f.refusal(by, written("x", '1,"__proto__":{"scope":"admin"}')), "not strict JSON (forbidden-key)");
    assert.equal(Object.getOwnPropertyDescriptor(Object.prototype, "scope"), undefined);
  });

  test("fits the grants that an authenticate() wants, as it is", async () => {
    const grants: {
      readonly sub: string;
      readonly scope?: string;
      readonly exp?: number;
      readonly jti?: string;
      readonly sid?: string;
    } = await f.accepted(by, f.token());
    assert.equal(grants.scope, "notes:read");
  });

  test("counts exp as the first moment that is too late, after the tolerance (J-21, J-26; RFC 7519 §4.1.4)", async () => {
    for (const clockToleranceSeconds of [0, 5, 30]) {
      const tolerant = f.verifier({ clockToleranceSeconds });
      const edge = f.now - clockToleranceSeconds;
      const iat = f.now - 100;
      assert.equal(await f.refusal(tolerant, at({ iat, exp: edge - 1 })), "expired");
      assert.equal(await f.refusal(tolerant, at({ iat, exp: edge })), "expired");
      assert.ok(await f.accepted(tolerant, at({ iat, exp: edge + 1 })));
      assert.ok(await f.accepted(tolerant, at({ iat, exp: edge + 0.001 })));
    }
  });

  test("counts nbf and iat as the first good moment, the tolerance earlier (J-24, J-26; RFC 7519 §4.1.5)", async () => {
    for (const clockToleranceSeconds of [0, 5, 30]) {
      const tolerant = f.verifier({ clockToleranceSeconds });
      const edge = f.now + clockToleranceSeconds;
      for (const name of ["nbf", "iat"]) {
        assert.ok(await f.accepted(tolerant, at({ [name]: edge })));
        await f.refusal(tolerant, at({ [name]: edge + 0.001 }));
        await f.refusal(tolerant, at({ [name]: edge + 1 }));
      }
    }
  });

  test("puts the boundary of exp and nbf exactly where it is documented, for any tolerance (J-26)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.integer({ min: -1, max: 1 }), async (clockToleranceSeconds, off) => {
        const tolerant = f.verifier({ clockToleranceSeconds });
        const over = at({ iat: f.now - 1_000, exp: f.now - clockToleranceSeconds + off });
        const early = at({ nbf: f.now + clockToleranceSeconds + off });
        await (off > 0 ? f.accepted(tolerant, over) : f.refusal(tolerant, over));
        await (off > 0 ? f.refusal(tolerant, early) : f.accepted(tolerant, early));
      }),
      { numRuns: 40 },
    );
  });

  test("refuses every token if the clock does not return a number", async () => {
    assert.equal(await f.refusal(f.verifier({ clock: () => Number.NaN }), f.token()), "expired");
  });

  test("refuses an exp that is not a sane NumericDate (J-23; CVE-2026-44459)", async () => {
    const wrong = ['"1700000000"', "1e300", "-1", "null", "true", "1e15", "9007199254740993", "[]", "{}", '""'];
    for (const text of wrong) assert.equal(await f.refusal(by, written("exp", text)), "exp is not a time");
    assert.equal(await f.refusal(by, at({ exp: undefined })), "exp is not a time");
    assert.equal(await f.refusal(by, written("exp", "1e400")), "not strict JSON (syntax)");
    assert.equal(await f.refusal(by, written("exp", "1.5")), "expired");
    assert.ok(await f.accepted(by, at({ exp: f.now + 10.5 })));
  });

  test("refuses an nbf or iat that is not a sane NumericDate (J-24)", async () => {
    for (const text of ['"x"', "-1", "1e300", "{}"]) {
      assert.equal(await f.refusal(by, written("nbf", text)), "nbf is not a time");
      assert.equal(await f.refusal(by, written("iat", text)), "iat is not a time");
    }
    for (const iat of [undefined, null, []]) assert.equal(await f.refusal(by, at({ iat })), "no iat (see the option iat)");
  });

  test("refuses a lifetime above the limit, none, and dates in milliseconds (J-27)", async () => {
    const longest = { iat: f.now, exp: f.now + 86_400 };
    assert.ok(await f.accepted(by, at(longest)));
    assert.match(await f.refusal(by, at({ ...longest, exp: longest.exp + 1 })), /lifetime/);
    assert.match(await f.refusal(by, at({ exp: f.now + 315_360_000 })), /lifetime/);
    assert.match(await f.refusal(by, at({ exp: f.nowMs })), /lifetime/);
    assert.equal(await f.refusal(by, at({ iat: f.now + 2, exp: f.now + 2 })), "exp is not after iat");
    assert.ok(await f.accepted(f.verifier({ maxLifetimeSeconds: 400_000_000 }), at({ exp: f.now + 315_360_000 })));
  });

  test("compares the issuer exactly (J-28; CVE-2025-30144)", async () => {
    const wrong = ["https://as.test/", "HTTPS://AS.TEST", "https://as.test.evil", ["https://as.test"], "", "https://as.test\u0000"];
    for (const iss of wrong) assert.equal(await f.refusal(by, at({ iss })), "another issuer");
    for (const iss of [undefined, null, []])
      assert.equal(await f.refusal(by, at({ iss })), "no issuer (see the option withoutIssuer)");
  });

  test("demands our audience and no other (J-29; CVE-2025-62610)", async () => {
    const wrong = [
      undefined,
      null,
      "https://other",
      "api",
      "https://api.test/",
      ["https://other"],
      {},
      [["https://api.test"]],
      [],
      [f.audience, 1],
      "",
    ];
    for (const aud of wrong) await f.refusal(by, at({ aud }));
    assert.ok(await f.accepted(by, at({ aud: [f.audience] })));
    const both = at({ aud: [f.audience, "https://other"] });
    assert.equal(await f.refusal(by, both), "further audiences (see the option extraAudiences)");
    assert.ok(await f.accepted(f.verifier({ extraAudiences: "allow" }), both));
    assert.ok(await f.accepted(f.verifier({ audience: [f.audience, "https://other"] }), both));
    await f.refusal(f.verifier({ extraAudiences: "allow" }), at({ aud: ["https://other", "https://third"] }));
  });

  test("refuses an ID token and every other kind of JWT of the same issuer (J-30, J-32; RFC 8725 §3.11)", async () => {
    const idToken = f.token({ typ: "JWT" }, { aud: "web", nonce: "n" });
    await f.refusal(by, idToken);
    const kinds = [
      "JWT",
      "jwt",
      "logout+jwt",
      "dpop+jwt",
      "secevent+jwt",
      "oauth-authz-req+jwt",
      "token-introspection+jwt",
      "at+jwt ",
      "at+jwts",
      "x/at+jwt",
      "application/application/at+jwt",
      undefined,
    ];
    for (const typ of kinds) assert.equal(await f.refusal(by, f.token({ typ })), "another type of token (see the option typ)");
    for (const typ of [1, ["at+jwt"], ""]) assert.equal(await f.refusal(by, f.token({ typ })), "typ is not a text");
    for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
      assert.ok(await f.accepted(by, f.token({ typ })));
  });

  test("refuses a token that is bound to a key: a thief could use it as well (RFC 9449 §7.1, RFC 8705 §3)", async () => {
    await f.accepted(by, f.token());
    for (const cnf of [{ jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }, { "x5t#S256": "a" }, {}, null, false])
      assert.equal(await f.refusal(by, at({ cnf })), "the token is bound to a key");
  });

  test("refuses a security event and a logout token, whatever their typ, audience and subject are (RFC 8417 §4.6)", async () => {
    const lenient = f.verifier({ typ: ["at+jwt", "JWT", "logout+jwt", "secevent+jwt", { absent: true }] });
    for (const typ of ["at+jwt", "JWT", "logout+jwt", "secevent+jwt", undefined]) {
      await f.accepted(lenient, f.token({ typ }));
      for (const events of [{}, { "http://schemas.openid.net/event/backchannel-logout": {} }])
        assert.equal(await f.refusal(lenient, f.token({ typ }, { events })), "a security event or a logout token");
    }
    // A claim of that name which is not an object is the application's own.
    for (const events of [null, "all", ["a"]]) await f.accepted(by, at({ events }));
  });

  test("can be told of an issuer that writes another typ, or none", async () => {
    const none = f.verifier({ typ: { absent: true } });
    assert.ok(await f.accepted(none, f.token({ typ: undefined })));
    await f.refusal(none, f.token());
    assert.ok(await f.accepted(f.verifier({ typ: ["at+jwt", "JWT"] }), f.token({ typ: "jwt" })));
  });

  test("refuses duplicate claims, escaped and nested ones too (J-34)", async () => {
    for (const [name, text] of [
      ["sub", '"alice","sub":"root"'],
      ["sub", '"alice","s\\u0075b":"root"'],
      ["x", '{"y":{"a":1,"a":2}}'],
    ] as const) {
      assert.equal(await f.refusal(by, written(name, text)), "not strict JSON (duplicate)");
    }
    assert.ok(await f.accepted(by, written("x", '{"y":{"a":1,"b":2}}')));
  });

  test("refuses a missing subject and names that are not text", async () => {
    for (const sub of [undefined, null, [], ""])
      assert.equal(await f.refusal(by, at({ sub })), "no subject (see the option withoutSubject)");
    for (const sub of [1, ["alice"], {}]) assert.equal(await f.refusal(by, at({ sub })), "sub is not a text");
    for (const name of ["jti", "sid", "client_id", "scope"]) {
      for (const value of [1, { a: 1 }]) assert.equal(await f.refusal(by, at({ [name]: value })), `${name} is not a text`);
    }
  });

  test("refuses names that are not one printable line: they end in logs, revocation keys and databases (J-37)", async () => {
    const texts = [
      " alice",
      "alice ",
      "ali\u0000ce",
      "alice\r\n",
      "\u202ealice",
      "ali\u200bce",
      "ali\u2028ce",
      "\ue000",
      "a".repeat(256),
    ];
    for (const name of ["sub", "jti", "sid", "client_id"]) {
      for (const text of texts) {
        assert.equal(await f.refusal(by, at({ [name]: text })), `${name} is not one printable line`, JSON.stringify(text));
      }
      for (const text of ["alice", "auth0|5f7c", "Zoë a", "アリス", "a".repeat(255)]) {
        assert.equal((await f.accepted(by, at({ [name]: text })))[name], text);
      }
    }
    for (const name of ["jti", "sid", "client_id"]) {
      assert.equal(await f.refusal(by, at({ [name]: "" })), `${name} is not one printable line`);
    }
  });

  test("refuses a scope that is not RFC 6749 §3.3, and more than 256 (J-38)", async () => {
    const wrong = ["notes:read\u00a0admin", "notes:read\tadmin", "a  b", " a", "a ", 'a"b', "a\\b", "a\nb", "é"];
    for (const scope of wrong) assert.equal(await f.refusal(by, at({ scope })), "scope is not a list of scopes");
    const spacious = f.verifier({ maxTokenBytes: 1_000_000 });
    const many = (count: number): string => at({ scope: Array<string>(count).fill("a").join(" ") });
    assert.ok(await f.accepted(by, many(256)));
    assert.equal(await f.refusal(by, many(257)), "scope is not a list of scopes");
    assert.equal(await f.refusal(spacious, many(100_000)), "scope is not a list of scopes");
  });

  test("splits scopes at spaces only: a comma does not make two of one (J-38)", async () => {
    const { scope } = await f.accepted(by, at({ scope: "admin,notes" }));
    assert.deepEqual(parseScope(scope ?? ""), ["admin,notes"]);
    assert.deepEqual(parseScope("notes:read notes:write"), ["notes:read", "notes:write"]);
    assert.deepEqual(parseScope(""), []);
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(..."!#az:/[]~,".split("")), minLength: 1 }), { minLength: 1, maxLength: 9 }),
        (list) => {
          assert.deepEqual(parseScope(list.join(" ")), list);
        },
      ),
    );
  });

  test("bounds the depth and number of claims", async () => {
    const nested = (depth: number): string => written("x", "[".repeat(depth) + "]".repeat(depth));
    assert.ok(await f.accepted(by, nested(15)));
    assert.equal(await f.refusal(by, nested(16)), "not strict JSON (depth)");
    assert.equal(await f.refusal(by, written("x", `[${"1,".repeat(2_000)}1]`)), "not strict JSON (members)");
  });

  test("types its claims: a claim that is not named is unknown", () => {
    type IsUnknown<T> = unknown extends T ? ([T] extends [never] ? false : true) : false;
    const custom: IsUnknown<Claims["role"]> = true;
    const named: string extends Claims["sub"] ? true : false = true;
    assert.ok(custom && named);
  });
});
