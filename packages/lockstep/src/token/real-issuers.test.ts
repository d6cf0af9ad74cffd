/** Tokens of real issuers: each shape is accepted with the options that it needs, and tokens that are nearly right are not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { jwks } from "./jwks.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import { type IssuerCase, signInIssuers } from "./real-issuers.fixture.ts";
import { platformIssuers } from "./real-platforms.fixture.ts";
import { serviceIssuers } from "./real-services.fixture.ts";
import * as f from "./token.fixture.ts";

const signers: Readonly<Record<string, f.Sign>> = { RS256: f.rsa("sha256"), PS256: f.rsa("sha256", true), ES256: f.es256() };

function tokenOf({ claims, header, alg = "RS256" }: IssuerCase, [changed, other = {}]: readonly [object, object?] = [{}]): string {
  const head = { alg, kid: alg === "RS256" ? "kr" : "k1", ...header, ...other };
  return f.compact(head, { iat: f.now - 10, exp: f.now + 300, ...claims, ...changed }, signers[head.alg]);
}

const verifierOf = ({ options, keys = [f.krJwk] }: IssuerCase): JwtVerifier =>
  f.verifier({
    algorithms: ["RS256"],
    keys: jwks({ keys }, { onProblem: (problem) => assert.fail(problem) }),
    ...options,
  } as never);

for (const [name, shape] of Object.entries({ ...signInIssuers, ...serviceIssuers, ...platformIssuers })) {
  describe(name, () => {
    test(`${name}: its token is accepted, and read`, async () => {
      const claims = await f.accepted(verifierOf(shape), tokenOf(shape));
      for (const [member, value] of Object.entries(shape.reads)) {
        assert.deepEqual(JSON.stringify(claims[member]), JSON.stringify(value), member);
      }
      const [header, payload] = tokenOf(shape).split(".");
      await f.refusal(verifierOf(shape), `${header}.${payload}.${"A".repeat(342)}`);
    });

    for (const [miss, changes] of Object.entries(shape.misses)) {
      test(`${name}: ${miss} is refused`, async () => {
        const by = verifierOf(shape);
        assert.ok(await f.accepted(by, tokenOf(shape)), "the control");
        assert.notEqual(await f.refusal(by, tokenOf(shape, changes)), "the signature does not verify");
      });
    }
  });
}

test("PingOne keeps working on the day on which it begins to write `typ`", async () => {
  const shape = serviceIssuers["PingOne, before and after its change"];
  assert.ok(shape);
  for (const header of [{}, { typ: "at+jwt" }]) assert.ok(await f.accepted(verifierOf(shape), tokenOf({ ...shape, header })));
});
