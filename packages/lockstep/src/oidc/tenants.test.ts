/** One name for each tenant and one key set for all, as Microsoft Entra has it. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import * as f from "../token/token.fixture.ts";
import { issuers } from "./issuers.ts";
import { oidc } from "./oidc.ts";
import { acceptedBy } from "./token-verifier.ts";
import { accepted, json, refusal, TestIssuer } from "./test-issuer.fixture.ts";

const server = new TestIssuer();
const [a, b, c] = [
  "0a1b2c3d-0000-4000-8000-00000000000a",
  "0a1b2c3d-0000-4000-8000-00000000000b",
  "0a1b2c3d-0000-4000-8000-00000000000c",
];
const template = (): string => `${server.origin}/{tenantid}/v2.0`;
const issuerOf = (tenant: string): string => template().replace("{tenantid}", tenant);
const options = () => ({
  ...server.options,
  issuer: template(),
  discoveryUrl: `${server.origin}/organizations/metadata`,
  tenants: [a, b] as const,
});

function verifier(over: object = {}): JwtVerifier {
  server.answers["/organizations/metadata"] = json(server.metadata({ issuer: template() }));
  return oidc({ ...options(), ...over });
}

const tokenOf = (tenant: string, claims: object = {}): string => f.token({}, { iss: issuerOf(tenant), tid: tenant, ...claims });

describe("the tenants of one issuer", () => {
  test("are those of the list, and share one key set", async () => {
    const by = verifier();
    assert.equal((await accepted(by, tokenOf(a))).iss, issuerOf(a));
    assert.equal((await accepted(by, tokenOf(b)))["tid"], b);
    assert.equal(await refusal(by, tokenOf(c)), "another issuer");
    assert.deepEqual(server.paths, ["/organizations/metadata", "/keys"]);
    assert.equal(by.issuer, template());
  });

  test("are the same in iss and tid: neither names another tenant", async () => {
    const by = verifier();
    assert.ok(await accepted(by, tokenOf(a)));
    for (const tid of [b, c, undefined, null, [a], a.toUpperCase(), ""]) {
      const text = tokenOf(a, { tid });
      assert.equal(await refusal(by, text), "tid is another tenant");
      // Verified before, and in the cache.
      assert.equal(await refusal(by, text), "tid is another tenant");
    }
    for (const iss of [template(), issuerOf(a.toUpperCase()), issuerOf(`${a}/x`), issuerOf("")]) {
      assert.equal(await refusal(by, tokenOf(a, { iss })), "another issuer");
    }
  });

  test("cause one fetch in a cooldown, whatever tenants a flood of unknown keys names (J-11)", async () => {
    const by = verifier();
    assert.ok(await accepted(by, tokenOf(a)));
    server.later(31);
    const flood = Array.from({ length: 100 }, (_, index) =>
      refusal(by, f.token({ kid: `x${index}` }, { iss: issuerOf(index % 2 === 0 ? a : b), tid: index % 2 === 0 ? a : b })),
    );
    assert.deepEqual(new Set(await Promise.all(flood)), new Set(["unknown key"]));
    assert.deepEqual(server.paths, ["/organizations/metadata", "/keys", "/keys"]);
  });

  test("are not signed for by a key of the set that belongs to another issuer", async () => {
    const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = (issuer: string) => f.publicJwk(own.publicKey, { kid: "own", alg: "ES256", issuer });
    const signed = f.compact({ ...f.goodHeader, kid: "own" }, f.goodClaims({ iss: issuerOf(a), tid: a }), f.es256(own.privateKey));
    server.answers["/keys"] = json({ keys: [{ ...f.k1Jwk, issuer: template() }, jwk(template())] });
    assert.ok(await accepted(verifier(), signed));
    for (const issuer of [issuerOf(b), issuerOf(c), ""]) {
      server.answers["/keys"] = json({ keys: [{ ...f.k1Jwk, issuer: template() }, jwk(issuer)] });
      const by = verifier();
      assert.equal(await refusal(by, signed), "unknown key");
      assert.ok(await accepted(by, tokenOf(a)));
    }
  });

  test("need metadata that names the template, as Entra's does", async () => {
    const by = verifier();
    server.answers["/organizations/metadata"] = json(server.metadata({ issuer: issuerOf(a) }));
    await assert.rejects(by.ready(), { code: "unavailable" });
    await assert.doesNotReject(verifier().ready());
  });

  test("can be used beside other issuers, each by its own name, and only the template is documented", async () => {
    const by = issuers([verifier(), f.verifier()]);
    assert.ok(await accepted(by, tokenOf(b)));
    assert.ok(await accepted(by, f.token()));
    assert.equal(await refusal(by, tokenOf(c)), "another issuer");
    const { issuers: names, documented } = acceptedBy(verifier());
    assert.deepEqual([names, documented], [[issuerOf(a), issuerOf(b)], [{ issuer: template(), tokens: ["jwt"] }]]);
    const single = oidc({ ...server.options, issuer: issuerOf(a), discoveryUrl: `${server.origin}/a` });
    assert.throws(() => issuers([verifier(), single]), { code: "wrong_option", message: /has two/ });
  });

  test("are told wrong options", () => {
    for (const [over, message] of [
      [{ tenants: [] }, /a list of tenants/],
      [{ tenants: [a, a] }, /each once/],
      [{ tenants: a }, /a list of tenants/],
      [{ tenants: ["a/b"] }, /as `tid` has it/],
      [{ tenants: ["{tenantid}"] }, /as `tid` has it/],
      [{ tenants: [1] }, /as `tid` has it/],
      [{ issuer: server.issuer }, /write `issuer` with \{tenantid\}/],
      [{ issuer: `${template()}/{tenantid}` }, /write `issuer` with \{tenantid\}/],
      [{ discoveryUrl: undefined }, /pass `discoveryUrl`/],
      [{ introspection: { clientId: "a", clientSecret: "b" } }, /Remove `introspection`/],
    ] as const) {
      assert.throws(() => verifier(over), { code: "wrong_option", message }, JSON.stringify(over));
    }
  });
});
