/** Remote keys, fetched from a real server. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { json, KeyServer, unavailable } from "./key-server.fixture.ts";
import { remoteJwks } from "./remote-jwks.ts";
import * as f from "./token.fixture.ts";

const server = new KeyServer();

/** `ready()` waits for a fetch that is under way; `server.asked()` shows first that it was not `ready()` that began it. */
describe("remote keys", () => {
  test("are fetched once, with the first token, and serve all others", async () => {
    const by = server.verifier();
    assert.deepEqual(server.requests, []);
    await Promise.all(Array.from({ length: 20 }, (_, index) => f.accepted(by, server.token(index))));
    assert.deepEqual(server.requests, ["/keys"]);
  });

  test("are not fetched for tokens of another issuer, audience, type or algorithm, nor for expired ones", async () => {
    const by = server.verifier();
    const strangers = [
      f.token({}, { iss: "https://evil.test" }),
      f.token({}, { aud: "x" }),
      f.token({ typ: "JWT" }),
      f.token({ alg: "HS256" }),
      f.token({}, { exp: 1 }),
      "x.y.z",
    ];
    for (const text of strangers) await f.refusal(by, text);
    assert.deepEqual(server.requests, []);
  });

  test("are found by discovery: OpenID Connect, and RFC 8414 with a path", async () => {
    const issuer = `${server.origin}/tenant`;
    server.answers["/tenant/.well-known/openid-configuration"] = json({ issuer, jwks_uri: `${server.origin}/keys` });
    server.answers["/.well-known/oauth-authorization-server/tenant"] = json({ issuer, jwks_uri: `${server.origin}/keys` });
    for (const discovery of ["oidc", "oauth"] as const) {
      const keys = remoteJwks({ issuer, discovery, allowPrivateHosts: [server.host] });
      const by = f.verifier({ issuer, keys, algorithms: ["ES256"] });
      assert.ok(await f.accepted(by, f.token({}, { iss: issuer })));
    }
    assert.equal(server.requests.length, 4);
  });

  test("are found by metadata that is not below the issuer, if the metadata names the issuer", async () => {
    const elsewhere = { issuer: "https://sts.example/t1/", discoveryUrl: `${server.origin}/t1/metadata` };
    const over = { url: undefined, ...elsewhere } as never;
    server.answers["/t1/metadata"] = json({ issuer: elsewhere.issuer, jwks_uri: `${server.origin}/keys` });
    assert.ok(await f.accepted(server.verifier(over, elsewhere), f.token({}, { iss: elsewhere.issuer })));
    assert.deepEqual(server.requests, ["/t1/metadata", "/keys"]);
    server.answers["/t1/metadata"] = json({ issuer: "https://sts.example/t2/", jwks_uri: `${server.origin}/keys` });
    await unavailable(server.verifier(over, elsewhere), f.token({}, { iss: elsewhere.issuer }));
    assert.match(String(server.problems[0]?.message), /names another issuer/);
  });

  test("are asked for with the headers of the options, which no other origin receives", async (t) => {
    const issuer = `${server.origin}/cluster`;
    let number = 0;
    const headers = () => ({ authorization: `Bearer ${(number += 1)}` });
    const over = { url: undefined, issuer, headers } as never;
    const metadata = "/cluster/.well-known/openid-configuration";
    server.answers[metadata] = json({ issuer, jwks_uri: `${server.origin}/keys` });
    assert.ok(await f.accepted(server.verifier(over, { issuer }), f.token({}, { iss: issuer })));
    assert.deepEqual(server.credentials, ["Bearer 1", "Bearer 2"]);
    const received: unknown[] = [];
    const another = createServer((request, response) => {
      received.push(request.headers.authorization);
      json({ keys: [f.k1Jwk] })(response);
    });
    t.after(() => another.close());
    await once(another.listen(0, "127.0.0.1"), "listening");
    const address = another.address();
    assert.ok(typeof address === "object" && address !== null);
    const host = `127.0.0.1:${address.port}`;
    server.answers[metadata] = json({ issuer, jwks_uri: `http://${host}/keys` });
    const by = server.verifier({ url: undefined, issuer, headers, allowPrivateHosts: [server.host, host] } as never, { issuer });
    assert.ok(await f.accepted(by, f.token({}, { iss: issuer })));
    assert.deepEqual([server.credentials.slice(2), received], [["Bearer 3"], [undefined]]);
  });

  test("are looked for again where the issuer's metadata says, once they cannot be had where they were", async () => {
    const issuer = `${server.origin}/tenant`;
    const published = (path: string) => json({ issuer, jwks_uri: `${server.origin}${path}` });
    server.answers["/tenant/.well-known/openid-configuration"] = published("/keys");
    const by = server.verifier({ url: undefined, issuer } as never, { issuer });
    const text = (seconds: number) => f.token({}, { iss: issuer, exp: f.now + 3_000 + seconds });
    assert.ok(await f.accepted(by, text(0)));
    server.answers = { "/tenant/.well-known/openid-configuration": published("/moved"), "/moved": json({ keys: [f.k2Jwk] }) };
    server.later(301);
    // The old address is asked first; only its failure says that the keys are elsewhere.
    assert.ok(await f.accepted(by, text(1)));
    await server.asked(3);
    await by.ready();
    assert.equal(server.problems.length, 1);
    assert.deepEqual(server.requests.slice(2), ["/keys"]);
    server.later(31);
    assert.ok(await f.accepted(by, text(2)));
    await server.asked(5);
    await by.ready();
    assert.deepEqual(server.requests.slice(3), ["/tenant/.well-known/openid-configuration", "/moved"]);
    assert.equal(await f.refusal(by, text(0)), "unknown key");
    server.later(301);
    await by.ready();
    assert.deepEqual(server.requests.slice(5), ["/moved"]);
  });

  test("are refused when the metadata names another issuer, no keys, or keys at a private address (RFC 8414 §3.3)", async () => {
    const issuer = `${server.origin}/tenant`;
    const wrong = [
      { issuer: `${issuer}/`, jwks_uri: `${server.origin}/keys` },
      { issuer },
      { issuer, jwks_uri: "https://169.254.169.254/keys" },
      { issuer, jwks_uri: "http://as.example/keys" },
      { issuer, jwks_uri: "file:///etc/passwd" },
    ];
    for (const metadata of wrong) {
      server.answers["/tenant/.well-known/openid-configuration"] = json(metadata);
      const keys = remoteJwks({ issuer, allowPrivateHosts: [server.host] });
      await unavailable(f.verifier({ issuer, keys, algorithms: ["ES256"] }), f.token({}, { iss: issuer }));
    }
    assert.ok(!server.requests.includes("/keys"));
  });

  test("must be of the issuer that the verifier names", () => {
    assert.throws(() => server.verifier({ url: undefined, issuer: "https://other.example" } as never), { code: "wrong_option" });
  });

  test("are fetched at most once in a cooldown, whatever the flood of unknown kids (J-11)", async () => {
    const by = server.verifier();
    await f.accepted(by, server.token());
    server.later(31);
    const flood = Array.from({ length: 1_000 }, (_, index) =>
      f.refusal(by, f.token({ kid: `k${index + 10}` }, { exp: f.now + 900 })),
    );
    assert.deepEqual(new Set(await Promise.all(flood)), new Set(["unknown key"]));
    assert.equal(server.requests.length, 2);
    for (let index = 0; index < 50; index += 1) await f.refusal(by, f.token({ kid: `x${index}` }));
    assert.ok(await f.accepted(by, server.token()));
    assert.equal(server.requests.length, 2);
  });

  test("include a new key as soon as a token names it and the cooldown is over (M-06)", async () => {
    const by = server.verifier();
    await f.accepted(by, server.token());
    const k3 = generateKeyPairSync("ec", { namedCurve: "P-256" });
    server.answers["/keys"] = json({ keys: [f.k1Jwk, f.publicJwk(k3.publicKey, { kid: "k3", alg: "ES256" })] });
    const text = f.compact({ ...f.goodHeader, kid: "k3" }, f.goodClaims(), f.es256(k3.privateKey));
    assert.equal(await f.refusal(by, text), "unknown key");
    server.later(30);
    assert.ok(await f.accepted(by, text));
  });

  test("that leave the set take their cached tokens with them (M-07)", async () => {
    const by = server.verifier();
    const text = f.token({}, { exp: f.now + 3_000 });
    const other = f.compact({ alg: "EdDSA", typ: "at+jwt", kid: "k2" }, f.goodClaims({ exp: f.now + 3_000 }), f.eddsa);
    await f.accepted(by, text);
    await f.accepted(by, other);
    server.answers["/keys"] = json({ keys: [f.k2Jwk] });
    server.later(301);
    // The set is stale: the token still passes, and the fetch that it starts finds its key gone.
    assert.ok(!(by.verify(new Redacted(text)) instanceof Promise));
    await server.asked(2);
    await by.ready();
    assert.equal(await f.refusal(by, text), "unknown key");
    assert.ok(await f.accepted(by, other));
  });

  test("keep their cached tokens when a key is only added", async () => {
    const by = server.verifier();
    const text = f.token({}, { exp: f.now + 3_000 });
    const claims = await f.accepted(by, text);
    const k3 = generateKeyPairSync("ed25519");
    server.answers["/keys"] = json({ keys: [f.k2Jwk, f.k1Jwk, f.publicJwk(k3.publicKey, { kid: "k3" })] });
    server.later(301);
    assert.equal(by.verify(new Redacted(text)), claims);
    await server.asked(2);
    await by.ready();
    assert.equal(by.verify(new Redacted(text)), claims);
  });

  test("are fetched before they are trusted again when nobody asked for long", async () => {
    const by = server.verifier();
    const text = f.token({}, { exp: f.now + 30_000 });
    await f.accepted(by, text);
    server.answers["/keys"] = json({ keys: [f.k2Jwk] });
    server.later(3_600);
    const another = f.token({}, { exp: f.now + 30_001 });
    assert.deepEqual(
      await Promise.all([text, another, text].map((each) => f.refusal(by, each))),
      Array<string>(3).fill("unknown key"),
    );
    assert.equal(server.requests.length, 2);
  });

  test("stay as they were while the issuer is away, up to a bound, and come back with it", async () => {
    const by = server.verifier({ maxStaleSeconds: 7_200 });
    const text = f.token({}, { exp: f.now + 80_000 });
    await f.accepted(by, text);
    server.answers = {};
    for (let time = 0; time < 4; time += 1) {
      server.later(1_700);
      assert.ok(await f.accepted(by, text));
      assert.ok(await f.accepted(by, server.token()));
    }
    assert.ok(server.problems.length >= 4);
    server.later(700);
    await unavailable(by, text);
    await unavailable(by, server.token());
    server.answers = { "/keys": json({ keys: [f.k1Jwk] }) };
    server.later(31);
    assert.ok(await f.accepted(by, text));
  });

  test("are unavailable, not invalid, while they were never had; the issuer is asked once in a cooldown", async () => {
    server.answers = {};
    const by = server.verifier();
    for (let time = 0; time < 5; time += 1) await unavailable(by, server.token());
    await assert.rejects(by.ready(), (error) => error instanceof Unavailable && error.retryAfterSeconds === 30);
    assert.equal(server.requests.length, 1);
    server.answers = { "/keys": json({ keys: [f.k1Jwk] }, "application/jwk-set+json") };
    server.later(31);
    await by.ready();
    assert.ok(await f.accepted(by, server.token()));
  });

  test("that take so long that the token expires meanwhile let it in no more", async () => {
    server.answers["/keys"] = (response) => {
      server.later(400);
      json({ keys: [f.k1Jwk] })(response);
    };
    assert.equal(await f.refusal(server.verifier(), server.token()), "expired");
    assert.ok(await f.accepted(server.verifier(), f.token({}, { exp: f.now + 3_000 })));
  });

  test("are refused as a set when none is usable, and the last good set stays (J-54)", async () => {
    const by = server.verifier();
    await f.accepted(by, server.token());
    const many = Array.from({ length: 10_000 }, (_, index) => ({ kty: "EC", kid: `${index}` }));
    const oct = { kty: "oct", kid: "s", k: "AAAA" };
    const bad = [
      { keys: [oct] },
      { keys: [{ ...f.k1Jwk, d: "AAAA" }] },
      { keys: many },
      { keys: [] },
      {},
      [],
      { keys: [{ ...f.k1Jwk, x: f.k1Jwk.y }] },
    ];
    for (const [index, set] of bad.entries()) {
      server.answers["/keys"] = json(set);
      server.later(31);
      await f.refusal(by, f.token({ kid: "other" }, { exp: server.clockMs / 1000 + 60 }));
      assert.equal(server.problems.length, index + 1, JSON.stringify(set).slice(0, 80));
      assert.ok(await f.accepted(by, server.token(index)));
    }
    assert.equal(server.requests.length, bad.length + 1);
  });

  test("lose only the one that must not be used, which is reported once while it stays (RFC 7517 §5)", async () => {
    const by = server.verifier();
    for (const [others, reports] of [
      [[{ ...f.k2Jwk, d: "AAAA" }], 1],
      [[{ ...f.k2Jwk, d: "AAAA" }], 1],
      [[{ kty: "oct", kid: "s", k: "AAAA" }, null], 3],
      [[], 3],
    ] as const) {
      server.answers["/keys"] = json({ keys: [f.k1Jwk, ...others] });
      server.later(31);
      await f.refusal(by, f.token({ kid: "other" }, { exp: server.clockMs / 1000 + 60 }));
      assert.ok(await f.accepted(by, server.token(reports)));
      assert.equal(server.problems.length, reports);
    }
    assert.match(String(server.problems[0]?.message), /^Key "k2" of the set is ignored\. .*private/);
    assert.equal(
      await f.refusal(by, f.compact({ ...f.goodHeader, kid: "k2", alg: "EdDSA" }, f.goodClaims({ exp: f.now + 900 }), f.eddsa)),
      "unknown key",
    );
  });

  test("are fetched again although the clock was set back", async () => {
    const by = server.verifier();
    server.answers = {};
    await unavailable(by, server.token());
    server.answers = { "/keys": json({ keys: [f.k1Jwk] }) };
    server.later(-3_600);
    assert.ok(await f.accepted(by, server.token()));
  });

  test("do not depend on whether a listener of server.problems works", async () => {
    server.answers = {};
    const by = server.verifier({
      onProblem: () => {
        throw new Error("listener");
      },
    });
    await unavailable(by, server.token());
  });

  test("need times that make sense", () => {
    for (const times of [
      { cooldownSeconds: 0 },
      { maxAgeSeconds: 10 },
      { maxStaleSeconds: 100 },
      { maxStaleSeconds: Number.POSITIVE_INFINITY },
      { cooldownSeconds: Number.NaN },
      { timeoutMs: 0 },
      { timeoutMs: 60_000 },
    ]) {
      assert.throws(() => server.verifier(times), { code: "wrong_option" }, JSON.stringify(times));
    }
  });
});
