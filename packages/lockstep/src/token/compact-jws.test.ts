/** Attacks on the envelope and the header, which are refused before the signature is checked. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { InvalidCredential } from "../problem/error.ts";
import { publicKeyAlgorithms } from "./algorithm.ts";
import { parseCompactJws } from "./compact-jws.ts";
import * as f from "./token.fixture.ts";

const by = f.verifier();
const good = f.token();

describe("the envelope of a token", () => {
  test("accepts the fixture's tokens: the control of every row below", async () => {
    assert.equal((await f.accepted(by, good)).sub, "alice");
    assert.equal(
      (await f.accepted(by, f.compact({ ...f.goodHeader, alg: "EdDSA", kid: "k2" }, f.goodClaims(), f.eddsa))).sub,
      "alice",
    );
    assert.equal(
      (await f.accepted(by, f.compact({ ...f.goodHeader, alg: "RS256", kid: "kr" }, f.goodClaims(), f.rsa("sha256")))).sub,
      "alice",
    );
  });

  test("refuses alg none in any spelling, with and without a signature (J-01, J-02; RFC 8725 §3.2)", async () => {
    for (const alg of ["none", "NONE", "None", "nOnE", "none ", ""]) {
      for (const signature of [new Uint8Array(), new Uint8Array(64)]) {
        await f.refusal(
          by,
          f.compact({ ...f.goodHeader, alg }, f.goodClaims(), () => signature),
        );
      }
      assert.equal(await f.refusal(by, f.token({ alg })), "the algorithm is not allowed");
    }
    const escaped = '{"alg":"no\\u006ee","typ":"at+jwt","kid":"k1"}';
    assert.equal(await f.refusal(by, f.compact(escaped, f.goodClaims())), "the algorithm is not allowed");
    assert.ok(await f.accepted(by, f.compact('{"alg":"ES25\\u0036","typ":"at+jwt","kid":"k1"}', f.goodClaims())));
  });

  test("refuses an alg that is missing or no text (J-03)", async () => {
    for (const alg of [undefined, null, 1, ["ES256"], { a: 1 }, true]) {
      assert.equal(await f.refusal(by, f.token({ alg })), "the algorithm is not allowed");
    }
  });

  test("refuses headers that bring or point to keys, extensions or compression (J-14 to J-20; RFC 8725 §3.10)", async () => {
    const attacks: readonly Readonly<Record<string, unknown>>[] = [
      { jku: "https://evil.test/keys" },
      { x5u: "https://evil.test/chain" },
      { x5c: ["MIIB"] },
      { jwk: f.k1Jwk },
      { crit: ["bork"], bork: 1 },
      { crit: [] },
      { crit: "exp" },
      { crit: ["alg"] },
      { crit: ["b64", "b64"], b64: true },
      { crit: ["missing"] },
      { b64: false },
      { b64: false, crit: ["b64"] },
      { zip: "DEF" },
    ];
    for (const attack of attacks) assert.match(await f.refusal(by, f.token(attack)), /^the header holds /);
    assert.ok(await f.accepted(by, f.token({ x5t: "abc", cty: "json", unknown: { a: 1 } })));
  });

  test("refuses duplicate members of the header (J-35)", async () => {
    const doubled = [
      '{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"k1"}',
      '{"alg":"ES256","typ":"at+jwt","kid":"k2","k\\u0069d":"k1"}',
    ];
    for (const header of doubled)
      assert.equal(await f.refusal(by, f.compact(header, f.goodClaims())), "not strict JSON (duplicate)");
    assert.ok(await f.accepted(by, f.compact(' {"kid" : "k1",\n"alg":"ES256","typ":"at+jwt"} ', f.goodClaims())));
  });

  test("refuses bytes that are not UTF-8, and byte order marks (J-41; RFC 8725 §3.7)", async () => {
    const claims = JSON.stringify(f.goodClaims({ name: "é" }));
    assert.ok(await f.accepted(by, f.compact(f.goodHeader, claims)));
    const latin1 = Buffer.from(claims, "latin1");
    const overlong = Buffer.from(claims.replace("é", "\u0000\u0001"), "latin1").map((byte) =>
      byte === 0 ? 0xc0 : byte === 1 ? 0xaf : byte,
    );
    const surrogate = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]);
    for (const payload of [latin1, overlong, surrogate])
      assert.equal(await f.refusal(by, f.compact(f.goodHeader, payload)), "not UTF-8");
    await f.refusal(by, f.compact(f.goodHeader, `\ufeff${claims}`));
    await f.refusal(by, f.compact(f.goodHeader, Buffer.from(claims, "utf16le")));
    await f.refusal(by, f.compact(f.goodHeader, claims.replace("é", "\\ud800")));
    await f.refusal(by, f.compact(`\ufeff${JSON.stringify(f.goodHeader)}`, claims));
  });

  test("accepts one spelling of a token only (J-43; Wycheproof 360 to 375)", async () => {
    const parts = good.split(".");
    for (const [index, part] of parts.entries()) {
      const variants = [
        `${part}=`,
        `${part}==`,
        ` ${part}`,
        `${part}\n`,
        `${part.slice(0, 3)} ${part.slice(3)}`,
        `${part}?`,
        `${part}A`,
      ];
      for (const variant of variants) await f.refusal(by, parts.with(index, variant).join("."));
    }
    const [header = "", payload = "", signature = ""] = parts;
    assert.equal(signature.length % 4, 2);
    const next = String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1);
    assert.equal(await f.refusal(by, `${header}.${payload}.${signature.slice(0, -1)}${next}`), "not canonical base64url");
  });

  test("refuses every other serialization (J-55, J-56): JSON, too few and too many parts, JWE", async () => {
    const [header, payload, signature] = good.split(".");
    const others = [
      `${header}.${payload}`,
      `${good}.`,
      `.${good}`,
      `${good}.${signature}`,
      `${header}.${payload}.`,
      `.${payload}.${signature}`,
      `${good}.x.y`,
      header,
      "",
      ".",
      "..",
      "...",
    ];
    for (const text of others) assert.equal(await f.refusal(by, text), "not three parts", text);
    await f.refusal(by, JSON.stringify({ protected: header, payload, signature }));
    await f.refusal(by, JSON.stringify({ payload, signatures: [{ protected: header, signature }] }));
    const bomb = Buffer.from('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"zip":"DEF"}').toString("base64url");
    await f.refusal(by, `${bomb}.AAAA.AAAA.AAAA.AAAA`);
    for (const value of [undefined, null, 1, {}, [good]]) await f.refusal(by, value);
    assert.equal(await f.refusal(by, f.compact(f.goodHeader, "[]")), "not a JSON object");
    assert.equal(await f.refusal(by, f.compact("null", f.goodClaims())), "not a JSON object");
  });

  test("refuses a token above the limit without reading it, and accepts one at the limit", async () => {
    assert.equal(await f.refusal(by, `${good}${"A".repeat(16_384)}`), "too long (see the option maxTokenBytes)");
    assert.ok(await f.accepted(f.verifier({ maxTokenBytes: good.length }), good));
    assert.equal(await f.refusal(f.verifier({ maxTokenBytes: good.length - 1 }), good), "too long (see the option maxTokenBytes)");
  });

  test("refuses any change to any one character of a token", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(..."AZaz09-_.=+/ \u0000é".split("")), async (at, sign) => {
        fc.pre(good[at] !== sign);
        await f.refusal(by, good.slice(0, at) + sign + good.slice(at + 1));
      }),
      { numRuns: 150 },
    );
  });

  test("answers any text at all with a sound envelope or an InvalidCredential", () => {
    const part = fc.oneof(
      fc.json().map((text) => Buffer.from(text).toString("base64url")),
      fc.base64String(),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        try {
          parseCompactJws(parts.join("."), { maxBytes: 500, algorithms: publicKeyAlgorithms, ignoredHeaders: new Set() });
        } catch (error) {
          assert.ok(error instanceof InvalidCredential, String(error));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
