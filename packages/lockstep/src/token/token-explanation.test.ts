/** The explanation of a token never says anything else than its verifier. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { jwks } from "./jwks.ts";
import { type IssuerCase, signInIssuers } from "./real-issuers.fixture.ts";
import { platformIssuers } from "./real-platforms.fixture.ts";
import { serviceIssuers } from "./real-services.fixture.ts";
import { explainToken, type Verdict } from "./token-explanation.ts";
import * as f from "./token.fixture.ts";
import { checkVerifierOptions, type JwtVerifierOptions } from "./verifier-options.ts";

const signers: Readonly<Record<string, f.Sign>> = { RS256: f.rsa("sha256"), PS256: f.rsa("sha256", true), ES256: f.es256() };

function tokenOf({ claims, header, alg = "RS256" }: IssuerCase, [changed, other = {}]: readonly [object, object?] = [{}]): string {
  const head = { alg, kid: alg === "RS256" ? "kr" : "k1", ...header, ...other };
  return f.compact(head, { iat: f.now - 10, exp: f.now + 300, ...claims, ...changed }, signers[head.alg]);
}

const strict: Partial<JwtVerifierOptions> = {
  issuer: f.issuer,
  audience: f.audience,
  typ: "at+jwt",
  algorithms: ["ES256", "EdDSA", "RS256"],
};

function optionsOf(over: Partial<JwtVerifierOptions>, keys: IssuerCase["keys"] = [f.k1Jwk, f.k2Jwk, f.krJwk]): JwtVerifierOptions {
  const known = jwks({ keys }, { onProblem: (problem) => assert.fail(problem) });
  // The algorithms fit public keys.
  return { ...strict, algorithms: ["RS256"], clock: () => f.nowMs, keys: known, ...over } as JwtVerifierOptions;
}

async function refusals(text: string, options: JwtVerifierOptions): Promise<readonly Verdict[]> {
  const { verdicts } = await explainToken(text, checkVerifierOptions(options));
  return verdicts.filter(({ refusal }) => refusal !== undefined);
}

for (const [name, shape] of Object.entries({ ...signInIssuers, ...serviceIssuers, ...platformIssuers })) {
  describe(name, () => {
    const options = optionsOf(shape.options, shape.keys ?? [f.krJwk]);

    test(`${name}: its token has no refusal, and is read as the verifier reads it`, async () => {
      const text = tokenOf(shape);
      const claims = await f.accepted(f.verifier(options), text);
      const { verdicts, read } = await explainToken(text, checkVerifierOptions(options));
      assert.deepEqual(
        verdicts.filter(({ refusal }) => refusal !== undefined),
        [],
      );
      assert.ok(verdicts.some(({ part }) => part === "signature"));
      assert.deepEqual({ ...read }, { ...claims });
    });

    test(`${name}: the first refusal of a token that is nearly right is the verifier's`, async () => {
      for (const [miss, changes] of Object.entries(shape.misses)) {
        const text = tokenOf(shape, changes);
        const [first] = await refusals(text, options);
        assert.equal(first?.refusal, await f.refusal(f.verifier(options), text), miss);
      }
    });
  });
}

test("every flaw of a token is in the explanation, and the signature's, too", async () => {
  const options = optionsOf({ algorithms: ["ES256"], authorizedParties: ["web"] }, [f.k1Jwk]);
  const claims = { iss: "https://other.test", aud: "x", exp: f.now - 60, iat: f.now - 100, nbf: f.now + 60, azp: "y", cnf: {} };
  const text = f.compact({ ...f.goodHeader, typ: "JWT", jku: "https://a.test" }, f.goodClaims(claims), f.es256(f.k1.privateKey));
  const forged = `${text.slice(0, -20)}${"A".repeat(20)}`;
  assert.deepEqual(
    (await refusals(forged, options)).map(({ part, name }) => `${part} ${name}`),
    [
      "header members",
      "header typ",
      "claim iss",
      "claim aud",
      "claim azp",
      "claim exp",
      "claim nbf",
      "signature signature",
      "claim cnf",
    ],
  );
});

test("a text that cannot be read is explained as far as it can be", async () => {
  const options = optionsOf({ algorithms: ["ES256"] }, [f.k1Jwk]);
  const good = f.token();
  const [header = "", payload = "", signature = ""] = good.split(".");
  assert.deepEqual(await refusals(good, options), []);
  const cases: Readonly<Record<string, string>> = {
    "form parts": "abc.def",
    "form header": `${btoa("[1]").replaceAll("=", "")}.${payload}.${signature}`,
    "form payload": `${header}.${btoa("{").replaceAll("=", "")}.${signature}`,
    "header alg": f.compact({ ...f.goodHeader, alg: "none" }, f.goodClaims()),
    "key kid": f.token({ kid: "k9" }),
  };
  for (const [place, text] of Object.entries(cases)) {
    const [first] = await refusals(text, options);
    assert.equal(`${first?.part} ${first?.name}`, place);
    assert.equal(first?.refusal, await f.refusal(f.verifier(options), text));
  }
});
