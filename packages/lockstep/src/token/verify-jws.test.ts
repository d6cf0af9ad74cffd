/** Attack rows on the choice of key and algorithm: the key decides, the token is only compared. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { jwks } from "./jwks.ts";
import * as f from "./token.fixture.ts";

const by = f.verifier();

describe("the key of a token", () => {
  test("refuses HMAC over every encoding of a public key (J-04, J-05; CVE-2016-5431, CVE-2026-34950)", async () => {
    for (const key of [f.k1, f.kr]) {
      const publicKey = createPublicKey(key.privateKey);
      const jwk = publicKey.export({ format: "jwk" });
      const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
      const der = publicKey.export({ type: "spki", format: "der" });
      const numbers = Buffer.concat([jwk.n, jwk.x, jwk.y].map((part) => Buffer.from(part ?? "", "base64url")));
      const macKeys = [
        pem,
        pem.trim(),
        ` ${pem}`,
        `\ufeff${pem}`,
        `# c\n${pem}`,
        `\u200b${pem}`,
        der,
        JSON.stringify(jwk),
        numbers,
      ];
      for (const kid of ["k1", "kr"]) {
        for (const macKey of macKeys) {
          const forged = f.compact({ ...f.goodHeader, alg: "HS256", kid }, f.goodClaims(), f.hmac(macKey));
          assert.equal(await f.refusal(by, forged), "the algorithm is not allowed");
        }
      }
    }
  });

  test("refuses an algorithm that is not the key's, although the signature is right (J-06; RFC 8725 §3.1)", async () => {
    const lenient = f.verifier({ algorithms: ["ES256", "EdDSA", "RS256", "PS256", "RS384", "RS512", "ES384"] });
    const header = { ...f.goodHeader, kid: "kr" };
    const forged: readonly (readonly [string, f.Sign])[] = [
      ["PS256", f.rsa("sha256", true)],
      ["RS384", f.rsa("sha384")],
      ["RS512", f.rsa("sha512")],
    ];
    for (const [alg, signer] of forged) {
      assert.equal(await f.refusal(lenient, f.compact({ ...header, alg }, f.goodClaims(), signer)), "unknown key");
      // The control: the same token under a key that is pinned to this algorithm.
      const keys = jwks({ keys: [{ ...f.krJwk, alg }] });
      assert.ok(
        await f.accepted(
          f.verifier({ keys, algorithms: ["PS256", "RS384", "RS512"] }),
          f.compact({ ...header, alg }, f.goodClaims(), signer),
        ),
      );
    }
    assert.equal(await f.refusal(lenient, f.token({ alg: "ES384" })), "unknown key");
  });

  test("takes the algorithm of a key without alg from the configuration, never from the token (J-07; CVE-2026-22818)", async () => {
    const { alg: _alg, ...withoutAlg } = f.krJwk;
    const rs256Only = f.verifier({ keys: jwks({ keys: [withoutAlg] }), algorithms: ["RS256"] });
    const header = { ...f.goodHeader, kid: "kr" };
    assert.ok(await f.accepted(rs256Only, f.compact({ ...header, alg: "RS256" }, f.goodClaims(), f.rsa("sha256"))));
    await f.refusal(rs256Only, f.compact({ ...header, alg: "RS512" }, f.goodClaims(), f.rsa("sha512")));
    await f.refusal(rs256Only, f.compact({ ...header, alg: "PS256" }, f.goodClaims(), f.rsa("sha256", true)));
    await f.refusal(rs256Only, f.compact({ ...header, alg: "HS256" }, f.goodClaims(), f.hmac("x")));
  });

  test("treats kid as a name in a table: paths and prototype names find nothing (J-08, J-10)", async () => {
    const names = [
      "../../../../dev/null",
      "/proc/self/environ",
      "file:///etc/hostname",
      "__proto__",
      "constructor",
      "toString",
      "K1",
      "k1 ",
    ];
    for (const kid of names) {
      assert.equal(await f.refusal(by, f.token({ kid })), "unknown key");
      await f.refusal(by, f.compact({ ...f.goodHeader, kid, alg: "HS256" }, f.goodClaims(), f.hmac("")));
    }
    for (const kid of [1, {}, ["k1"], true, ""]) assert.equal(await f.refusal(by, f.token({ kid })), "kid is not a text");
  });

  test("tries no keys one after another: a token without kid finds its key only when one fits (J-12)", async () => {
    const other = f.publicJwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey, { kid: "other", alg: "ES256" });
    const two = f.verifier({ keys: jwks({ keys: [f.k1Jwk, other] }), algorithms: ["ES256"] });
    for (const kid of [undefined, null]) {
      assert.equal(await f.refusal(two, f.token({ kid })), "unknown key");
      // Its algorithm is that of one key only.
      assert.ok(await f.accepted(by, f.token({ kid })));
    }
    assert.ok(await f.accepted(two, f.token()));
    const single = f.verifier({ keys: jwks({ keys: [f.k1Jwk] }), algorithms: ["ES256"] });
    assert.ok(await f.accepted(single, f.token({ kid: undefined })));
    assert.equal(await f.refusal(single, f.token({ kid: "other" })), "unknown key");
  });

  test("verifies a token by the key of its kid and algorithm, where one kid has several (RFC 7517 §4.5)", async () => {
    const keys = jwks({
      keys: [f.krJwk, { ...f.krJwk, alg: "PS256" }, { ...f.k1Jwk, kid: "kr" }, { ...f.krJwk, use: "enc", alg: "RSA-OAEP" }],
    });
    const shared = f.verifier({ keys, algorithms: ["RS256", "PS256", "ES256"] });
    const sent = (alg: string, signer: f.Sign): string => f.compact({ ...f.goodHeader, kid: "kr", alg }, f.goodClaims(), signer);
    assert.ok(await f.accepted(shared, sent("RS256", f.rsa("sha256"))));
    assert.ok(await f.accepted(shared, sent("PS256", f.rsa("sha256", true))));
    assert.ok(await f.accepted(shared, sent("ES256", f.es256())));
    // Each key keeps its own algorithm: a signature of another under the same name proves nothing.
    assert.equal(await f.refusal(shared, sent("PS256", f.rsa("sha256"))), "the signature does not verify");
    assert.equal(await f.refusal(shared, sent("RS512", f.rsa("sha512"))), "the algorithm is not allowed");
    assert.equal(await f.refusal(shared, sent("HS256", f.hmac(String(f.krJwk.n)))), "the algorithm is not allowed");
  });

  test("takes EdDSA and Ed25519 for one, whichever of the two key, token and option say (RFC 9864)", async () => {
    for (const [key, header, option] of [
      ["EdDSA", "Ed25519", "EdDSA"],
      ["Ed25519", "EdDSA", "EdDSA"],
      ["EdDSA", "EdDSA", "Ed25519"],
      ["Ed25519", "Ed25519", "Ed25519"],
    ] as const) {
      const one = f.verifier({ keys: jwks({ keys: [{ ...f.k2Jwk, alg: key }] }), algorithms: [option] });
      assert.ok(await f.accepted(one, f.compact({ ...f.goodHeader, kid: "k2", alg: header }, f.goodClaims(), f.eddsa)));
      await f.refusal(one, f.compact({ ...f.goodHeader, kid: "k2", alg: header }, f.goodClaims()));
    }
  });
});
