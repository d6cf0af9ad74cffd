/** `dpop()` in an API: who may read a token, which addresses count, and requests that last. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { authenticate } from "../../access/authenticate.ts";
import { type Api, createApi } from "../../api/api.ts";
import type { Dependency } from "../../dependency/dependency.ts";
import { depends } from "../../dependency/depends.ts";
import { optional } from "../../dependency/optional.ts";
import { identified } from "../../outcome/identified.ts";
import { stream } from "../../outcome/stream.ts";
import { get, type Route } from "../../route/route.ts";
import { text } from "../../route/text.ts";
import { unchecked } from "../../route/unchecked.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import { issuers } from "../../oidc/issuers.ts";
import type { Claims } from "../claims.ts";
import * as f from "../token.fixture.ts";
import type { DpopOptions } from "./dpop-options.ts";
import { dpop } from "./dpop.ts";
import { memoryProofReplays } from "./memory-proof-replays.ts";
import {
  apiWith,
  ask,
  baseUrl,
  boundToken,
  type ProofApi,
  type ProofKey,
  proofKey,
  proofOf,
  prove,
  reasonOf,
} from "./proof.fixture.ts";

let key: ProofKey;
let token: string;
before(async () => {
  key = await proofKey();
  token = boundToken(key);
});

const response = unchecked("a test");
const constraint = (options: Partial<DpopOptions> = {}) =>
  dpop({ replays: memoryProofReplays(), baseUrls: [baseUrl], clock: () => f.nowMs, ...options });

function serve(routes: readonly Route[], options: Partial<Parameters<typeof createApi>[0]> = {}): ProofApi {
  const [events, errors]: [ProofApi["events"], unknown[]] = [[], []];
  const api: Api = createApi({
    title: "Notes",
    version: "1",
    routes,
    audit: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    ...options,
  });
  return { api, events, errors };
}

const codesOf = ({ errors }: ProofApi): unknown[] =>
  errors.map((error) => (typeof error === "object" && error !== null && "code" in error ? error.code : error));

describe("a token with a sender constraint is read by claims() alone", () => {
  test("so a route that reads it by itself fails, and answers nothing", async () => {
    const bound = httpBearer({ senderConstraint: constraint() });
    const by = f.verifier();
    const decoding = authenticate({ bound }, ({ bound }) => ({ id: bound.reveal() }));
    const hashing = authenticate({ bound }, async ({ bound }) => ({ id: await bound.digest() }));
    const verifying = authenticate({ bound }, async ({ bound }) => ({ id: (await by.verify(bound)).sub }));
    for (const user of [decoding, hashing, verifying]) {
      const api = serve([get("/notes", { deps: { user }, response }, ({ user }) => user.id)]);
      for (const authorization of [`Bearer ${f.token()}`, `DPoP ${token}`]) {
        const answer = await ask(api, { authorization, proofs: [await proofOf(key, token)] });
        assert.equal(answer.status, 500);
      }
      assert.deepEqual(codesOf(api), ["wrong_dependency", "wrong_dependency"]);
    }
  });

  test("and afterwards by everything that comes later, such as a token exchange", async () => {
    const bound = httpBearer({ senderConstraint: constraint() });
    const user = authenticate({ claims: f.verifier().claims(bound), bound }, ({ claims, bound }) =>
      identified({ id: claims.sub, length: bound.reveal().length }, claims),
    );
    const api = serve([get("/notes", { deps: { user }, response }, ({ user }) => user.length)]);
    assert.equal((await prove(api, key, token)).body, String(token.length));
    const plain = f.token();
    assert.equal((await ask(api, { authorization: `Bearer ${plain}` })).body, String(plain.length));
    assert.equal((await ask(api, { authorization: `Bearer ${token}` })).status, 401);
  });

  test("and never printed", async () => {
    let printed = "";
    const bound = httpBearer({ senderConstraint: constraint() });
    const show = depends({ bound }, ({ bound }) => void (printed = `${bound} ${JSON.stringify(bound)}`));
    const user = authenticate({ claims: f.verifier().claims(bound), show }, ({ claims }) => ({ id: claims.sub }));
    const api = serve([get("/notes", { deps: { user }, response }, ({ user }) => user.id)]);
    assert.equal((await prove(api, key, token)).status, 200);
    assert.equal(printed, '[redacted] "[redacted]"');
  });
});

describe("a bound token is refused unless its sender is checked", () => {
  const reason = "the token is bound to a key";

  test("also if the same verifier has just accepted it with a proof", async () => {
    const by = f.verifier();
    const user = (claims: Dependency<Claims, "credential">) =>
      authenticate({ claims }, ({ claims }) => identified({ id: claims.sub }, claims));
    const checked = user(by.claims(httpBearer({ senderConstraint: constraint() })));
    const plain = user(by.claims(httpBearer({ schemeName: "Plain" })));
    const api = serve([
      get("/notes", { deps: { user: checked }, response }, ({ user }) => user.id),
      get("/plain", { deps: { user: plain }, response }, ({ user }) => user.id),
    ]);
    assert.equal((await prove(api, key, token)).status, 200);
    const answer = await ask(api, { authorization: `Bearer ${token}`, target: "/plain" });
    assert.deepEqual([answer.status, reasonOf(api)], [401, reason]);
    assert.equal((await ask(api, { authorization: `Bearer ${f.token()}`, target: "/plain" })).status, 200);
    assert.equal(await f.refusal(by, token), reason);
  });

  test("and accepted with a proof through verifiers that are made of others", async () => {
    const by = issuers([f.verifier(), f.verifier({ issuer: "https://other.test" })]);
    assert.equal(await f.refusal(by, token), reason);
    const bound = httpBearer({ senderConstraint: constraint() });
    const user = authenticate({ claims: by.claims(bound) }, ({ claims }) => identified({ id: claims.sub }, claims));
    const api = serve([get("/notes", { deps: { user }, response }, ({ user }) => user.id)]);
    assert.equal((await prove(api, key, token)).status, 200);
    assert.equal((await ask(api, { authorization: `Bearer ${token}` })).status, 401);
  });
});

describe("a proof counts once for each request", () => {
  test("however many verifiers read the token, and whatever is optional", async () => {
    const bound = httpBearer({ senderConstraint: constraint() });
    const user = authenticate({ claims: f.verifier().claims(bound), more: f.verifier().claims(bound) }, ({ claims, more }) =>
      identified({ id: `${claims.sub} ${more.sub}` }, claims),
    );
    const maybe = optional(f.verifier().claims(bound));
    const api = serve([
      get("/notes", { deps: { user }, response }, ({ user }) => user.id),
      get("/maybe", { public: "a test", deps: { maybe }, response }, ({ maybe }) => maybe?.sub ?? "nobody"),
    ]);
    const proof = await proofOf(key, token);
    assert.equal((await ask(api, { authorization: `DPoP ${token}`, proofs: [proof] })).body, '"alice alice"');
    assert.equal((await ask(api, { authorization: `DPoP ${token}`, proofs: [proof] })).status, 401);
    assert.equal((await ask(api, { target: "/maybe" })).body, '"nobody"');
    assert.equal((await ask(api, { target: "/maybe", authorization: `DPoP ${token}` })).status, 401);
    assert.equal((await ask(api, { target: "/maybe", authorization: `Bearer ${token}` })).status, 401);
    const changes = { claims: { htu: `${baseUrl}/maybe` } };
    assert.equal((await prove(api, key, token, changes, { target: "/maybe" })).body, '"alice"');
  });

  test("also while the guards of a request that lasts run again", async () => {
    let checks = 0;
    const waiting: (() => void)[] = [];
    const revoked = (): boolean => {
      checks += 1;
      if (checks === 4) for (const go of waiting) go();
      return false;
    };
    const bound = httpBearer({ senderConstraint: constraint() });
    const claims = f.verifier({ revoked }).claims(bound);
    const user = authenticate({ claims }, ({ claims }) => identified({ id: claims.sub }, claims));
    async function* words(): AsyncGenerator<string> {
      yield "first ";
      await new Promise<void>((resolve) => waiting.push(resolve));
      yield "last";
    }
    const route = get("/notes", { deps: { user }, response: text() }, () => stream(words()));
    const api = serve([route], { recheckMs: 50 });
    assert.equal((await prove(api, key, token)).body, "first last");
    assert.ok(checks >= 4);
  });
});

describe("the address of the API", () => {
  const to = (htu: string) => ({ claims: { htu } });
  const noAddress = () => dpop({ replays: memoryProofReplays(), clock: () => f.nowMs });

  test("is the origin of servers or resource, and an API that names none does not start", async () => {
    assert.throws(() => apiWith(noAddress()), {
      code: "wrong_option",
      message: /^createApi\(\): set servers: .* or baseUrls of dpop\(\)/,
    });
    assert.throws(() => apiWith(noAddress(), { servers: [{ url: "/v1" }] }), { code: "wrong_option" });
    const resource = { url: "https://api.test/mcp", audience: f.audience, authorizationServers: [f.issuer] } as const;
    for (const options of [{ servers: [{ url: "https://api.test/v1" }] }, { resource }]) {
      const api = apiWith(noAddress(), options);
      assert.equal((await prove(api, key, token, to("https://api.test/notes"))).status, 200);
      assert.equal((await prove(api, key, token, to("http://internal.test/notes"))).status, 401);
    }
  });

  test("is one of several, and has the path that a proxy removes", async () => {
    const api = apiWith(constraint({ baseUrls: ["https://example.test/api/", "http://127.0.0.1:3000"] }));
    for (const [htu, status] of [
      ["https://example.test/api/notes", 200],
      ["http://127.0.0.1:3000/notes", 200],
      ["https://example.test/notes", 401],
      ["https://example.test/api/api/notes", 401],
      ["https://127.0.0.1:3000/notes", 401],
    ] as const)
      assert.equal((await prove(api, key, token, to(htu))).status, status, htu);
  });

  test("is not one that a client or a proxy writes into a header", async () => {
    const api = apiWith(constraint());
    const headers = {
      host: "evil.example",
      forwarded: "host=evil.example;proto=https",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-forwarded-prefix": "/evil",
    };
    for (const htu of ["https://evil.example/notes", "https://evil.example/evil/notes", "https://api.test/evil/notes"])
      assert.equal((await prove(api, key, token, to(htu), { headers })).status, 401);
    assert.equal((await prove(api, key, token, {}, { headers })).status, 200);
  });
});

describe("dpop() does not build", () => {
  const replays = memoryProofReplays();
  for (const [name, options] of [
    ["without a store", {}],
    ["with a store of webhooks", { replays: { seen: () => false } }],
    ["with a required that is text", { replays, required: "no" }],
    ["with no algorithm", { replays, algorithms: [] }],
    ["with a shared secret", { replays, algorithms: ["HS256"] }],
    ["with none", { replays, algorithms: ["ES256", "none"] }],
    ["with a window of nothing", { replays, windowSeconds: 0 }],
    ["with a window of an hour", { replays, windowSeconds: 3_600 }],
    ["with no addresses", { replays, baseUrls: [] }],
    ["with one address that is not in a list", { replays, baseUrls: baseUrl }],
    ["with an address with a query", { replays, baseUrls: ["https://api.test/?a"] }],
    ["with a relative address", { replays, baseUrls: ["/v1"] }],
    ["with a clock that is a number", { replays, clock: 1 }],
    ["with a time limit of nothing", { replays, timeoutMs: 0 }],
    ["with a nonce without secrets", { replays, nonce: { secrets: [] } }],
    ["with a nonce whose secret is text", { replays, nonce: { secrets: ["0123456789abcdef0123456789abcdef"] } }],
  ] as const) {
    test(name, () => {
      // What a JavaScript caller might pass.
      assert.throws(() => dpop(options as unknown as DpopOptions), { code: "wrong_option", message: /^dpop\(/ });
    });
  }

  test("and a scheme does not take anything else for a constraint", () => {
    for (const senderConstraint of [{}, null, { required: true }, "dpop", () => constraint()])
      assert.throws(() => httpBearer({ senderConstraint: senderConstraint as never }), {
        code: "wrong_option",
        message: /^httpBearer\({ senderConstraint }\): pass dpop\({ … }\)/,
      });
  });
});
