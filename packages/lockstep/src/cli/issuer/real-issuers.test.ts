/** The tokens of real providers: the command decides as the verifier does, and its advice makes each of them pass. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { type IssuerCase, signInIssuers } from "../../token/real-issuers.fixture.ts";
import { platformIssuers } from "../../token/real-platforms.fixture.ts";
import { serviceIssuers } from "../../token/real-services.fixture.ts";
import { jwks } from "../../token/jwks.ts";
import * as f from "../../token/token.fixture.ts";
import { readyMap } from "../../oidc/claims/ready-map.ts";
import type { Proposal } from "./proposal.ts";
import { standardProvider } from "./standard-provider.ts";
import { judgeToken, type TokenVerdict } from "./token-verdict.ts";

const shapes = Object.entries({ ...signInIssuers, ...serviceIssuers, ...platformIssuers });
const signers: Readonly<Record<string, f.Sign>> = { RS256: f.rsa("sha256"), PS256: f.rsa("sha256", true), ES256: f.es256() };

/** Names an audience where the options have one, and nothing else that departs from RFC 9068. */
const namedAudience = ({ audience }: IssuerCase["options"]): unknown =>
  typeof audience === "string" || Array.isArray(audience) ? audience : "https://nobody.example";

describe("the tokens of real providers", () => {
  const server = createServer((request, response) => {
    const [, shape] = shapes[Number(request.url?.slice(1))] ?? [];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: keysOf(shape) }));
  });
  let origin = "";
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    origin = `http://127.0.0.1:${address.port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const judge = (text: string, shape: IssuerCase, options: object): Promise<TokenVerdict> => {
    const place = { jwksUrl: `${origin}/${shapes.findIndex(([, each]) => each === shape)}`, allowLoopback: true };
    const proposal = {
      provider: standardProvider,
      // The fixture's options fit public keys.
      options: { algorithms: ["RS256"], ...options, ...place } as unknown as Proposal["options"],
      shown: {},
      map: readyMap("rfc9068")(),
      mapOptions: {},
      workload: undefined,
      isBound: false,
      isAudienceKnown: true,
    };
    return judgeToken(text, proposal, { keys: JSON.parse(JSON.stringify(keysOf(shape))) }, () => f.nowMs);
  };

  for (const [name, shape] of shapes) {
    test(`${name}: accepted and refused as by the verifier, in the same words`, async () => {
      const by = f.verifier({ algorithms: ["RS256"], keys: jwks({ keys: keysOf(shape) }), ...shape.options } as never);
      assert.equal((await judge(tokenOf(shape), shape, shape.options)).refusal, undefined);
      for (const [miss, changes] of Object.entries(shape.misses)) {
        const text = tokenOf(shape, changes);
        const { refusal, explanation } = await judge(text, shape, shape.options);
        assert.equal(refusal, await f.refusal(by, text), miss);
        assert.equal(explanation.verdicts.find((each) => each.refusal !== undefined)?.refusal, refusal, miss);
      }
    });

    test(`${name}: the options that it proposes for the strict profile let the verifier accept the token`, async () => {
      const { issuer, keyUse, keysWithoutAlg, algorithms = ["RS256"] } = shape.options;
      const strict = { issuer, audience: namedAudience(shape.options), typ: "at+jwt", algorithms, keyUse, keysWithoutAlg };
      const options = Object.fromEntries(Object.entries(strict).filter(([, value]) => value !== undefined));
      const { advice, explanation } = await judge(tokenOf(shape), shape, options);
      const refusals = explanation.verdicts.flatMap(({ refusal }) => refusal ?? []);
      const proposed = Object.assign({}, ...advice.map((each) => each.options)) as object;
      const { refusal } = await judge(tokenOf(shape), shape, { ...options, ...proposed });
      // Only a person can say that tokens without a client and an audience are for this API.
      if (refusals.some((each) => each.startsWith("no audience")) && !("audience" in proposed))
        assert.match(refusal ?? "", /^no audience/);
      else assert.equal(refusal, undefined, JSON.stringify({ refusals, proposed }));
      for (const { risk } of advice) assert.ok(risk.length > 20);
    });
  }
});

function keysOf(shape: IssuerCase | undefined): NonNullable<IssuerCase["keys"]> {
  return shape?.keys ?? [f.krJwk];
}

function tokenOf({ claims, header, alg = "RS256" }: IssuerCase, [changed, other = {}]: readonly [object, object?] = [{}]): string {
  const head = { alg, kid: alg === "RS256" ? "kr" : "k1", ...header, ...other };
  return f.compact(head, { iat: f.now - 10, exp: f.now + 300, ...claims, ...changed }, signers[head.alg]);
}
