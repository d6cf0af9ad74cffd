/** Keys in PEM, and the attacks that a file of keys invites. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import { Redacted } from "../secret/redacted.ts";
import type { Algorithm } from "./algorithm.ts";
import { testCertificate, testKey } from "./certificate.fixture.ts";
import { jwks } from "./jwks.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import * as f from "./token.fixture.ts";

const pemOf = (key: KeyObject): string => createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
const by = (set: Parameters<typeof jwks>[0], algorithms: readonly Algorithm[] = ["ES256", "EdDSA", "RS256"]): JwtVerifier =>
  f.verifier({ keys: jwks(set), algorithms } as never);
const signed = (alg: string, signer: f.Sign, kid: string | undefined = "any"): string =>
  f.compact({ ...f.goodHeader, alg, kid }, f.goodClaims(), signer);

describe("a public key in PEM", () => {
  test("verifies tokens, whatever kid they name, and no others", async () => {
    for (const [key, alg, signer] of [
      [f.k1, "ES256", f.es256()],
      [f.k2, "EdDSA", f.eddsa],
      [f.kr, "RS256", f.rsa("sha256")],
    ] as const) {
      for (const pem of [pemOf(key.privateKey), `\n${pemOf(key.privateKey)}\n`, pemOf(key.privateKey).replaceAll("\n", "\r\n")]) {
        const verifier = by(pem);
        await verifier.ready();
        assert.ok(await f.accepted(verifier, signed(alg, signer)));
        assert.ok(await f.accepted(verifier, f.compact({ alg, typ: "at+jwt" }, f.goodClaims(), signer)));
        assert.equal(
          await f.refusal(
            verifier,
            signed(alg, () => new Uint8Array(64)),
          ),
          "the signature does not verify",
        );
      }
    }
  });

  test("can be beside JWKs, with a kid and an alg of its own", async () => {
    const verifier = by({ keys: [f.k1Jwk, { pem: pemOf(f.kr.privateKey), kid: "kr", alg: "RS256" }] });
    assert.ok(await f.accepted(verifier, f.token()));
    assert.ok(await f.accepted(verifier, signed("RS256", f.rsa("sha256"), "kr")));
    assert.equal(await f.refusal(verifier, signed("RS256", f.rsa("sha256"), "other")), "unknown key");
    assert.equal(await f.refusal(verifier, signed("ES256", f.es256(), "kr")), "unknown key");
  });

  test("never becomes a secret (J-04), and the key decides the algorithm (J-06)", async () => {
    const pem = pemOf(f.kr.privateKey);
    const verifier = by(pem, ["RS256"]);
    assert.ok(await f.accepted(verifier, signed("RS256", f.rsa("sha256"))));
    assert.equal(await f.refusal(verifier, signed("HS256", f.hmac(pem))), "the algorithm is not allowed");
    const both = by({ keys: [{ pem, alg: "RS256" }] }, ["RS256", "PS256"]);
    assert.ok(await f.accepted(both, signed("RS256", f.rsa("sha256"))));
    assert.equal(await f.refusal(both, signed("PS256", f.rsa("sha256", true))), "unknown key");
    await assert.rejects(by(pem, ["RS256", "PS256"]).ready(), { code: "wrong_key", message: /`keysWithoutAlg`/ });
  });

  test("may come in a certificate, of which only the key counts", async () => {
    const verifier = by(testCertificate, ["ES256"]);
    const signer: f.Sign = (input) => sign("sha256", Buffer.from(input), { key: testKey, dsaEncoding: "ieee-p1363" });
    assert.ok(await f.accepted(verifier, signed("ES256", signer)));
    assert.equal(await f.refusal(verifier, signed("ES256", f.es256())), "the signature does not verify");
  });

  test("is refused when the API is built if it is private, several, or no PEM", () => {
    const privatePem = f.k1.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const pem = pemOf(f.k1.privateKey);
    for (const text of [
      privatePem,
      pem + pem,
      pem.replace("PUBLIC", "RSA PUBLIC"),
      pem.slice(3),
      "",
      "x",
      `${pem}x`,
      testCertificate.replace("END CERTIFICATE", "END PUBLIC KEY"),
    ]) {
      assert.throws(() => jwks(text), { code: "wrong_key", message: /one block, PUBLIC KEY or CERTIFICATE/ });
    }
    assert.throws(() => jwks({ keys: [{ pem: 5 as never }] }), { code: "wrong_key" });
  });

  test("obeys the rules for numbers once the runtime has read it, and fits an allowed algorithm", async () => {
    const weak = pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey);
    await assert.rejects(by(weak).ready(), { code: "weak_key", message: /1024/ });
    await assert.rejects(by(pemOf(f.k1.privateKey), ["RS256"]).ready(), { code: "wrong_key", message: /allowed algorithm/ });
    const broken = pemOf(f.k1.privateKey).replace(/\n.{8}/, "\nAAAAAAAA");
    await assert.rejects(by(broken).ready(), { code: "wrong_key" });
    await assert.rejects(async () => by(weak).verify(new Redacted(signed("RS256", f.rsa("sha256")))), { code: "weak_key" });
  });
});
