/** The answers to tokens and proofs that are refused: challenges (RFC 9449 §7.1), one body, and 503 if the store is away. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { authenticate } from "../../access/authenticate.ts";
import { createApi } from "../../api/api.ts";
import { identified } from "../../outcome/identified.ts";
import { Unavailable } from "../../problem/error.ts";
import { get } from "../../route/route.ts";
import { unchecked } from "../../route/unchecked.ts";
import { apiKeyHeader } from "../../scheme/api-key-header.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import * as f from "../token.fixture.ts";
import { dpop } from "./dpop.ts";
import { memoryProofReplays } from "./memory-proof-replays.ts";
import { apiWith, ask, baseUrl, boundToken, dpopApi, type ProofKey, proofKey, proofOf, prove, reasonOf } from "./proof.fixture.ts";
import type { ProofReplays } from "./proof-replays.ts";

let key: ProofKey;
let other: ProofKey;
let token: string;
before(async () => {
  [key, other] = await Promise.all([proofKey(), proofKey()]);
  token = boundToken(key);
});

const options = { baseUrls: [baseUrl], clock: () => f.nowMs, algorithms: ["ES256", "Ed25519"] } as const;

describe("challenges (RFC 9449 §7.1)", () => {
  const [scope, algs] = ['scope="notes:read"', 'algs="ES256 EdDSA Ed25519"'];

  test("without credentials there is one for each way to send a token, and no error", async () => {
    const both = await ask(dpopApi(options), {});
    assert.deepEqual(
      [both.status, both.challenges],
      [401, `Bearer realm="Notes", ${scope}, DPoP realm="Notes", ${scope}, ${algs}`],
    );
    const one = await ask(dpopApi({ ...options, required: true }), {});
    assert.deepEqual([one.status, one.challenges], [401, `DPoP realm="Notes", ${scope}, ${algs}`]);
  });

  test("an invalid token is the error of both", async () => {
    const error = 'error="invalid_token"';
    const { challenges } = await ask(dpopApi(options), { authorization: "Bearer abc" });
    assert.equal(challenges, `Bearer realm="Notes", ${error}, ${scope}, DPoP realm="Notes", ${error}, ${scope}, ${algs}`);
  });

  test("an invalid proof is the error of DPoP alone", async () => {
    const { challenges } = await ask(dpopApi(options), { authorization: `DPoP ${token}` });
    assert.equal(challenges, `Bearer realm="Notes", ${scope}, DPoP realm="Notes", error="invalid_dpop_proof", ${scope}, ${algs}`);
  });

  test("a missing scope is named in both, with 403", async () => {
    const answer = await prove(dpopApi(options), key, token, { claims: { htm: "DELETE" } }, { method: "DELETE" });
    const error = 'error="insufficient_scope", scope="notes:write"';
    assert.equal(answer.status, 403);
    assert.equal(answer.challenges, `Bearer realm="Notes", ${error}, DPoP realm="Notes", ${error}, ${algs}`);
  });

  test("both name the metadata of the resource (RFC 9728 §5.1)", async () => {
    const resource = { url: "https://api.test", authorizationServers: ["https://as.test"] } as const;
    const api = apiWith(dpop({ replays: memoryProofReplays(), clock: () => f.nowMs }), { resource });
    const { challenges } = await ask(api, {});
    assert.equal(challenges?.split('resource_metadata="https://api.test/.well-known/oauth-protected-resource"').length, 3);
  });

  test("a scheme without proofs is never told of one", async () => {
    const told: unknown[] = [];
    const bound = httpBearer({ senderConstraint: dpop({ ...options, replays: memoryProofReplays() }) });
    const deps = { claims: f.verifier().claims(bound), key: apiKeyHeader({ name: "X-Key" }) };
    const user = authenticate(deps, ({ claims }) => identified({ id: claims.sub }, claims));
    const routes = [get("/notes", { deps: { user }, response: unchecked("a test") }, ({ user }) => user.id)];
    const api = createApi({ title: "Notes", version: "1", routes, audit: () => {}, onError: (error) => told.push(error) });
    const headers = { authorization: `DPoP ${token}`, "x-key": "k" };
    const answer = await api.fetch(new Request("http://h/notes", { headers }));
    const challenges = String(answer.headers.get("www-authenticate"));
    assert.match(challenges, /DPoP realm="Notes", error="invalid_dpop_proof"/);
    assert.equal(challenges.split("invalid_dpop_proof").length, 2, challenges);
    assert.deepEqual(told, []);
  });
});

test("every reason has the same answer, byte for byte, except for the challenge and the nonce", async () => {
  const api = dpopApi({ ...options, required: true });
  const proof = await proofOf(key, token, { claims: { jti: "same" } });
  assert.equal((await ask(api, { authorization: `DPoP ${token}`, proofs: [proof] })).status, 200);
  const answers = [
    await ask(api, { authorization: "DPoP abc" }),
    await ask(api, { authorization: `DPoP ${token}` }),
    await ask(api, { authorization: `Bearer ${token}` }),
    await ask(api, { authorization: `DPoP ${token}`, proofs: [proof] }),
    await ask(api, { authorization: `DPoP ${token}`, proofs: [proof, proof] }),
    await prove(api, key, token, { claims: { htm: "PUT" } }),
    await prove(api, key, token, { header: { jwk: key.privateJwk } }),
    await prove(api, other, token),
    await prove(api, key, f.token()),
  ];
  assert.deepEqual(new Set(answers.map(({ all }) => all)).size, 1);
  assert.match(answers[0]?.body ?? "", /"code":"invalid_token"/);
  const events = JSON.stringify(api.events);
  for (const secret of [token, proof, key.jkt, String(key.privateJwk.d)]) assert.ok(!events.includes(secret));
});

describe("if the store of used proofs fails, nobody is let in", () => {
  const withStore = (spend: ProofReplays["spend"], more: object = {}): ReturnType<typeof dpopApi> =>
    dpopApi({ ...options, replays: { spend }, ...more });

  for (const [name, spend] of [
    ["rejects", () => Promise.reject(new Error("connection refused"))],
    [
      "throws",
      () => {
        throw new Error("connection refused");
      },
    ],
    ["never answers", () => new Promise<boolean>(() => {})],
  ] satisfies (readonly [string, ProofReplays["spend"]])[]) {
    test(`503 with Retry-After if it ${name}`, async () => {
      const api = withStore(spend, { timeoutMs: 20 });
      const answer = await prove(api, key, token);
      assert.deepEqual([answer.status, answer.retryAfter], [503, "5"]);
      assert.equal(reasonOf(api), "the store of DPoP proofs does not answer");
      assert.ok(!answer.body.includes("connection refused"));
    });
  }

  test("503 in the words of the store if it says itself that it is away", async () => {
    const api = withStore(() => Promise.reject(new Unavailable("the store is full", { retryAfterSeconds: 7 })));
    const answer = await prove(api, key, token);
    assert.deepEqual([answer.status, answer.retryAfter, reasonOf(api)], [503, "7", "the store is full"]);
  });

  test("500 if it answers something else than yes or no", async () => {
    for (const answer of [1, "OK", {}, null, undefined]) {
      // A store that was written in JavaScript.
      const api = withStore(async () => answer as boolean);
      assert.equal((await prove(api, key, token)).status, 500, JSON.stringify(answer));
    }
    assert.equal(
      (
        await prove(
          withStore(async () => true),
          key,
          token,
        )
      ).status,
      200,
    );
    assert.equal(
      (
        await prove(
          withStore(async () => false),
          key,
          token,
        )
      ).status,
      401,
    );
  });

  test("it is asked last, with a hash, and until when it has to remember", async () => {
    const asked: unknown[] = [];
    const api = withStore(async (...given) => asked.push(given) > 0);
    for (const bad of [{ claims: { htm: "PUT" } }, { claims: { ath: "x" } }, { signer: other.privateKey }])
      assert.equal((await prove(api, key, token, bad)).status, 401);
    assert.equal((await prove(api, other, token)).status, 401);
    assert.deepEqual(asked, []);
    assert.equal((await prove(api, key, token, { claims: { jti: "a", iat: f.now + 10 } })).status, 200);
    const [[id, expiresAtMs, nowMs] = []] = asked as [string, number, number][];
    assert.match(String(id), /^[\w-]{43}$/);
    // The proof is fresh until 60 s after its time, and is kept for a minute more: clocks differ.
    assert.deepEqual([expiresAtMs, nowMs], [f.nowMs + 10_000 + 60_000 + 60_000, f.nowMs]);
  });
});
