/** An API whose issuer is down, slow, rotating or hostile: one test for each trouble, with the answers that callers get. */
import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { type Api, createApi } from "../api/api.ts";
import { identified } from "../outcome/identified.ts";
import { get } from "../route/route.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import * as f from "../token/token.fixture.ts";
import { oidc } from "./oidc.ts";
import { type Answer, json, TestIssuer } from "./test-issuer.fixture.ts";

const server = new TestIssuer();
const metadataPath = "/as/.well-known/openid-configuration";
/** Longer than the pause between two fetches. */
const pauseSeconds = 31;
let api: Api;

/** An API that trusts the issuer of the tests, and has not asked it yet. */
function newApi(over: object = {}): Api {
  const tokens = oidc({ ...server.options, ...over });
  const user = authenticate({ claims: tokens.claims(httpBearer()) }, ({ claims }) => identified({ id: claims.sub }, claims));
  const route = get("/me", { deps: { user } }, (values) => values.user.id);
  return createApi({ title: "Notes", version: "1", audit: () => {}, routes: [route] });
}

async function ask(text: string, of = api): Promise<Response> {
  return of.fetch(new Request("http://x/me", { headers: { authorization: `Bearer ${text}` } }));
}

const statusOf = async (text: string, of = api): Promise<number> => (await ask(text, of)).status;
const fetches = (path: string): number => server.paths.filter((each) => each === path).length;
/** A token whose key the issuer does not publish, unless a test says that it does. */
const byNewKey = (kid = "new"): string =>
  f.compact({ ...f.goodHeader, alg: "EdDSA", kid }, f.goodClaims({ iss: server.issuer }), f.eddsa);

beforeEach(() => {
  api = newApi();
});

describe("an issuer that is down", () => {
  test("when the API starts: 503 with Retry-After, and 200 once it is back", async () => {
    server.answers = { [metadataPath]: json({}, 503) };
    const response = await ask(server.jwt());
    assert.equal(response.status, 503);
    assert.match(response.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal(((await response.json()) as { code: string }).code, "unavailable");
    assert.equal(await statusOf("not-a-token"), 401, "what needs no issuer is decided");
    server.answers = { [metadataPath]: json(server.metadata()), "/keys": json({ keys: [f.k1Jwk] }) };
    server.later(pauseSeconds);
    assert.equal(await statusOf(server.jwt()), 200);
  });

  test("later: known keys stay good, and callers notice nothing", async () => {
    assert.equal(await statusOf(server.jwt()), 200);
    server.answers = {};
    server.later(pauseSeconds);
    assert.equal(await statusOf(server.jwt({ sub: "bob" })), 200);
    assert.equal(await statusOf(server.jwt({ exp: f.now - 60 })), 401, "an expired token is refused all the same");
  });
});

describe("an issuer that is slow", () => {
  test("is given up after `timeoutMs`: 503, and all who wait share one request", async () => {
    const held: (() => void)[] = [];
    server.answers[metadataPath] = (asked, response) => void held.push(() => json(server.metadata())(asked, response));
    const waiting = Array.from({ length: 20 }, (_, index) => statusOf(server.jwt({ sub: `user-${index}` })));
    await server.received(1);
    mock.timers.tick(3_000);
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set([503]));
    assert.deepEqual(server.paths, [metadataPath]);
    for (const answer of held) answer();
  });
});

describe("an issuer that rotates its keys", () => {
  test("is asked when a token names a new key, and the new key counts from then on", async () => {
    server.answers["/keys"] = json({ keys: [f.k1Jwk] });
    assert.equal(await statusOf(server.jwt()), 200);
    assert.equal(await statusOf(byNewKey()), 401);
    server.answers["/keys"] = json({ keys: [f.k1Jwk, { ...f.k2Jwk, kid: "new" }] });
    server.later(pauseSeconds);
    assert.equal(await statusOf(byNewKey()), 200);
  });

  test("that withdraws a key ends its tokens, those that were verified before as well", async () => {
    const old = server.jwt();
    assert.equal(await statusOf(old), 200);
    server.answers["/keys"] = json({ keys: [{ ...f.k2Jwk, kid: "new" }] });
    server.later(pauseSeconds);
    assert.equal(await statusOf(byNewKey()), 200);
    assert.equal(await statusOf(old), 401);
  });
});

/** Hostile answers in the place of the keys. None of them leaves the API with a key, and none costs it more than a limit. */
const hostile: Readonly<Record<string, Answer>> = {
  "a redirect": (_asked, response) => void response.writeHead(302, { location: "/elsewhere" }).end(),
  "a permanent redirect": (_asked, response) => void response.writeHead(308, { location: "/elsewhere" }).end(),
  "a set of a megabyte": json({ keys: [f.k1Jwk], more: "x".repeat(1024 * 1024) }),
  "a set that is nested deeply": (_asked, response) =>
    void response
      .writeHead(200, { "content-type": "application/json" })
      .end(`{"keys":[${JSON.stringify(f.k1Jwk)}],"more":${"[".repeat(5_000)}${"]".repeat(5_000)}}`),
  "a set of another content type": (_asked, response) =>
    void response.writeHead(200, { "content-type": "text/html" }).end(JSON.stringify({ keys: [f.k1Jwk] })),
  "a set with a member twice": (_asked, response) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(`{"keys":[],"keys":[${JSON.stringify(f.k1Jwk)}]}`),
  "a set of a thousand keys": json({ keys: Array.from({ length: 1_000 }, (_, index) => ({ ...f.k1Jwk, kid: `k${index}` })) }),
  "an answer that is cut off": (_asked, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"keys":[');
    setImmediate(() => response.destroy());
  },
};

describe("an issuer that is hostile", () => {
  for (const [name, answer] of Object.entries(hostile)) {
    test(`and answers with ${name}: 503 without keys, and the last good ones stay`, async () => {
      const good = server.answers["/keys"] ?? json({});
      server.answers["/elsewhere"] = good;
      server.answers["/keys"] = answer;
      assert.equal(await statusOf(server.jwt()), 503);
      assert.equal(fetches("/elsewhere"), 0);
      // An API that has keys already loses none of them.
      const other = newApi();
      server.answers["/keys"] = good;
      assert.equal(await statusOf(server.jwt(), other), 200);
      server.answers["/keys"] = answer;
      server.later(pauseSeconds);
      assert.notEqual(await statusOf(byNewKey(), other), 200);
      assert.equal(await statusOf(server.jwt({ sub: "bob" }), other), 200);
      assert.equal(fetches("/elsewhere"), 0);
    });
  }

  test("and describes itself as another issuer: 503, and its keys are not fetched (RFC 8414 §3.3)", async () => {
    server.answers[metadataPath] = json(server.metadata({ issuer: "https://evil.example" }));
    assert.equal(await statusOf(server.jwt()), 503);
    assert.equal(fetches("/keys"), 0);
    server.answers[metadataPath] = json(server.metadata());
    server.later(pauseSeconds);
    assert.equal(await statusOf(server.jwt()), 200, "the control");
  });

  test("and leads to a private address: 503, and nobody connects to it", async () => {
    for (const address of [
      "https://10.0.0.1/keys",
      "https://169.254.169.254/keys",
      "https://[fd00::1]/keys",
      "file:///etc/passwd",
    ]) {
      const resolved: string[] = [];
      const resolve = async (host: string): Promise<readonly string[]> => (resolved.push(host), ["127.0.0.1"]);
      server.answers[metadataPath] = json(server.metadata({ jwks_uri: address }));
      assert.equal(await statusOf(server.jwt(), newApi({ resolve })), 503, address);
      assert.deepEqual(resolved, []);
    }
    server.answers[metadataPath] = json(server.metadata());
    assert.equal(await statusOf(server.jwt(), newApi()), 200, "the control");
  });

  test("and changes what its name leads to: the checked address is the one that is connected to", async () => {
    const origin = server.origin.replace("127.0.0.1", "localhost");
    const answers = [["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["127.0.0.1"]];
    const asked: string[] = [];
    const resolve = async (host: string): Promise<readonly string[]> => (asked.push(host), answers.shift() ?? []);
    const of = newApi({ jwksUrl: `${origin}/keys`, resolve });
    server.answers["/keys"] = json({ keys: [f.k1Jwk] });
    assert.equal(await statusOf(server.jwt(), of), 200);
    server.answers["/keys"] = json({ keys: [f.k1Jwk, { ...f.k2Jwk, kid: "new" }] });
    for (const expected of [401, 401, 200]) {
      server.later(pauseSeconds);
      const before = fetches("/keys");
      assert.equal(await statusOf(byNewKey(), of), expected);
      assert.equal(fetches("/keys") - before, expected === 200 ? 1 : 0);
      assert.equal(await statusOf(server.jwt({ sub: `user-${expected}` }), of), 200);
    }
    // Each request resolves the name once, and so has no second answer to follow.
    assert.deepEqual(asked, ["localhost", "localhost", "localhost", "localhost"]);
  });
});

describe("a client that is hostile", () => {
  test("and names a thousand keys that do not exist: 401 each, one fetch in a pause, and others notice nothing (J-11)", async () => {
    assert.equal(await statusOf(server.jwt()), 200);
    server.later(pauseSeconds);
    const before = fetches("/keys");
    const statuses = await Promise.all(Array.from({ length: 1_000 }, (_, index) => statusOf(byNewKey(`invented-${index}`))));
    assert.deepEqual(new Set(statuses), new Set([401]));
    assert.equal(fetches("/keys") - before, 1);
    assert.equal(await statusOf(server.jwt({ sub: "bob" })), 200);
  });

  test("and names another issuer: 401, and nobody is asked", async () => {
    for (const iss of ["https://evil.example", `${server.issuer}/`, "http://127.0.0.1:1/as"])
      assert.equal(await statusOf(server.jwt({ iss })), 401);
    assert.deepEqual(server.paths, []);
    assert.equal(await statusOf(server.jwt()), 200, "the control");
  });
});
