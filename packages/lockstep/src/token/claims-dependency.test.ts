/** The claims of a verified token as a dependency, through the API that answers with them. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { identified } from "../outcome/identified.ts";
import type { AuditEvent } from "../audit/event.ts";
import { anyOf } from "../dependency/any-of.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { optional } from "../dependency/optional.ts";
import { resource } from "../dependency/resource.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { type Api, createApi } from "../api/api.ts";
import { get, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import type { Claims } from "./claims.ts";
import * as f from "./token.fixture.ts";

const bearer = httpBearer({ bearerFormat: "JWT" });
const events: AuditEvent[] = [];
const errors: unknown[] = [];
const serve = (...routes: readonly Route[]): Api =>
  createApi({
    title: "t",
    version: "1",
    audit: (event) => events.push(event),
    onError: (error) => errors.push(error),
    routes: [...routes],
  });

async function ask(
  api: Api,
  text?: string,
  path = "/me",
): Promise<{ status: number; challenge: string | null; body: string; all: string }> {
  const headers: Record<string, string> = text === undefined ? {} : { authorization: `Bearer ${text}` };
  const response = await api.fetch(new Request(`http://h${path}`, { headers }));
  const body = await response.text();
  const kept = [...response.headers].filter(([name]) => name !== "x-request-id");
  const all = JSON.stringify([response.status, kept, body]).replaceAll(response.headers.get("x-request-id") ?? "-", "");
  return { status: response.status, challenge: response.headers.get("www-authenticate"), body, all };
}

/** Two APIs that differ only in how they verify: with `claims()`, and with `verify()` inside the authenticate(). */
function bothWays(over: Parameters<typeof f.verifier>[0] = {}): { readonly byClaims: Api; readonly byVerify: Api } {
  const by = f.verifier(over);
  const user = authenticate({ claims: by.claims(bearer) }, ({ claims }) => identified({ id: claims.sub }, claims));
  const before = authenticate({ token: bearer }, async ({ token }) => {
    const claims = await by.verify(token);
    return identified({ id: claims.sub }, claims);
  });
  return {
    byClaims: serve(get("/me", { deps: { user } }, ({ user }) => user.id)),
    byVerify: serve(get("/me", { deps: { user: before } }, ({ user }) => user.id)),
  };
}

const forged = `${f.token().slice(0, -8)}AAAAAAAA`;
const bad: Readonly<Record<string, { readonly text: string; readonly reason: string }>> = {
  "is not a token": { text: "x.y.z", reason: "not canonical base64url" },
  "has expired": { text: f.token({}, { iat: f.now - 900, exp: f.now - 600 }), reason: "expired" },
  "is of another audience": { text: f.token({}, { aud: "https://other" }), reason: "another audience" },
  // The audit event names the option that could accept it; the caller cannot tell.
  "has a further audience": {
    text: f.token({}, { aud: [f.audience, "https://other"] }),
    reason: "further audiences (see the option extraAudiences)",
  },
  "has no subject": { text: f.token({}, { sub: "" }), reason: "no subject (see the option withoutSubject)" },
  "points to keys": { text: f.token({ jku: "https://a.test" }), reason: "the header holds jku (see the option ignoredHeaders)" },
  "has a forged signature": { text: forged, reason: "the signature does not verify" },
  "names a key that there is not": { text: f.token({ kid: "k9" }), reason: "unknown key" },
};

beforeEach(() => {
  events.length = 0;
  errors.length = 0;
});

describe("the claims of a scheme's token", () => {
  test("are the value of the dependency, verified", async () => {
    const { byClaims } = bothWays();
    const answer = await ask(byClaims, f.token());
    assert.deepEqual([answer.status, answer.body, events], [200, '"alice"', []]);
  });

  for (const [name, { text, reason }] of Object.entries(bad)) {
    test(`answer a token that ${name} with 401, the challenge, and the same bytes as verify() does (RFC 6750 §3.1)`, async () => {
      const { byClaims, byVerify } = bothWays();
      const answer = await ask(byClaims, text);
      assert.equal(answer.status, 401);
      assert.match(answer.challenge ?? "", /^Bearer realm="[^"]*", error="invalid_token"$/);
      assert.equal(answer.all, (await ask(byVerify, text)).all);
      const failures = events.map(
        (event) => event.type === "authentication.failed" && [event.reason, event.schemes, event.dependency],
      );
      assert.deepEqual(failures, [
        [reason, ["HTTPBearer"], "user → claims"],
        [reason, ["HTTPBearer"], "user"],
      ]);
      assert.deepEqual(errors, []);
    });
  }

  test("are not asked for if no token was sent: the challenge says no error (RFC 6750 §3.1)", async () => {
    const { byClaims, byVerify } = bothWays({ revoked: () => assert.fail("asked") });
    const answer = await ask(byClaims);
    assert.deepEqual([answer.status, answer.challenge?.includes("error")], [401, false]);
    assert.equal(answer.all, (await ask(byVerify)).all);
    assert.deepEqual([...new Set(events.map(({ type }) => type))], ["authentication.absent"]);
  });

  test("are the same 401, byte for byte, whatever is wrong with the token", async () => {
    const { byClaims } = bothWays();
    const answers = await Promise.all(Object.values(bad).map(({ text }) => ask(byClaims, text)));
    assert.equal(new Set(answers.map(({ all }) => all)).size, 1);
    assert.ok(Object.values(bad).every(({ reason }) => !answers[0]?.all.includes(reason)));
  });

  test("do not build where the scheme reads less than the verifier accepts", async () => {
    const long = f.token({}, { groups: Array.from({ length: 500 }, () => crypto.randomUUID()) });
    const by = f.verifier({ maxTokenBytes: 40_000 });
    assert.throws(() => by.claims(bearer), {
      code: "wrong_option",
      message: /^Set maxCredentialBytes: 40000 of the scheme "HTTPBearer" as well, .* it reads 16384 bytes$/,
    });
    const scheme = httpBearer({ maxCredentialBytes: 40_000 });
    const user = authenticate({ claims: by.claims(scheme) }, ({ claims }) => ({ id: claims.sub }));
    const api = serve(get("/me", { deps: { user } }, ({ user }) => user.id));
    assert.deepEqual([long.length > 16_384, (await ask(api, long)).status], [true, 200]);
    assert.equal((await ask(api, `${long}${"A".repeat(40_000)}`)).status, 401);
  });

  test("are 503 while it cannot be decided whether the token counts", async () => {
    const { byClaims } = bothWays({ revoked: () => Promise.reject(new Unavailable("the log is away")) });
    assert.equal((await ask(byClaims, f.token())).status, 503);
  });

  test("are verified once for each request, however many use them", async () => {
    let asked = 0;
    const by = f.verifier({ revoked: () => (asked += 1) < 0 });
    const claims = by.claims(bearer);
    const user = authenticate({ claims }, ({ claims }) => ({ id: claims.sub }));
    const other = authenticate({ claims: by.claims(bearer) }, ({ claims }) => ({ id: claims.sub }));
    const api = serve(
      get("/me", { deps: { user, other, claims }, response: unchecked("a test") }, ({ user, other, claims }) => [
        user.id,
        other.id,
        claims.sub,
      ]),
    );
    assert.equal((await ask(api, f.token())).body, '["alice","alice","alice"]');
    assert.equal(asked, 1);
  });

  test("are undefined under optional() if no token was sent; one that does not verify is still 401", async () => {
    const claims = optional(f.verifier().claims(bearer));
    const api = serve(get("/me", { public: "greets strangers", deps: { claims } }, ({ claims }) => claims?.sub ?? "stranger"));
    assert.equal((await ask(api)).body, '"stranger"');
    assert.equal((await ask(api, f.token())).body, '"alice"');
    const answer = await ask(api, forged);
    assert.deepEqual([answer.status, answer.challenge?.includes('error="invalid_token"')], [401, true]);
  });

  test("come from any scheme whose credential is a text, and challenge for that scheme only", async () => {
    const by = f.verifier();
    const header = apiKeyHeader({ name: "X-Token" });
    const inHeader = authenticate({ claims: by.claims(header) }, ({ claims }) => ({ id: claims.sub }));
    const inBearer = authenticate({ claims: by.claims(bearer) }, ({ claims }) => ({ id: claims.sub }));
    const api = serve(
      get("/me", { deps: { who: anyOf({ inBearer, inHeader }) }, response: unchecked("a test") }, ({ who }) => [
        who.via,
        who.value.id,
      ]),
    );
    const answer = await api.fetch(new Request("http://h/me", { headers: { "x-token": f.token() } }));
    assert.equal(await answer.text(), '["inHeader","alice"]');
    assert.match((await ask(api, forged)).challenge ?? "", /^Bearer [^,]*, error="invalid_token"$/);
  });

  test("are there without a promise for a token that was verified before", async () => {
    const by = f.verifier();
    const node = by.claims(bearer)["~dep"];
    assert.ok(node.kind === "value");
    const token = new Redacted(f.token());
    const first = node.run({ token });
    assert.ok(first instanceof Promise);
    assert.equal(node.run({ token }) instanceof Promise, true, "it is not verified yet");
    const claims: unknown = await first;
    assert.equal(node.run({ token }), claims);
  });

  test("are one dependency for each scheme and verifier", () => {
    const by = f.verifier();
    assert.equal(by.claims(bearer), by.claims(bearer));
    assert.notEqual(by.claims(bearer), by.claims(httpBearer()));
    assert.notEqual(by.claims(bearer), f.verifier().claims(bearer));
    assert.deepEqual([...by.claims(bearer)["~dep"].facts], ["credential"]);
  });

  test("want a scheme, and say so (the types do, but JavaScript comes here)", () => {
    const claims = f.verifier().claims as (scheme: unknown) => AnyDependency;
    const user = authenticate({ bearer }, () => ({ id: "a" }));
    const wrong = [undefined, null, "x.y.z", {}, new Redacted(f.token()), { "~dep": bearer["~dep"] }];
    for (const value of [...wrong, user, optional(bearer), depends({ bearer }, ({ bearer }) => bearer)]) {
      assert.throws(
        () => claims(value),
        (error) => {
          assert.ok(error instanceof BuildError && error.code === "wrong_dependency", String(error));
          return error.message.startsWith("Pass a security scheme to claims(), for example claims(httpBearer())");
        },
      );
    }
    assert.ok(claims(bearer));
  });

  test("that do not verify open no resource and ask no store, in any place of the record", async () => {
    let opened = 0;
    let asked = 0;
    const db = resource({}, async function* () {
      opened += 1;
      yield { find: async ({ sub }: Claims) => ((asked += 1), { id: sub }) };
    });
    let isRevoked = false;
    const claims = f.verifier({ revoked: async () => isRevoked }).claims(bearer);
    const inOrders = [
      authenticate({ claims, db }, ({ claims, db }) => db.find(claims)),
      authenticate({ db, claims }, ({ claims, db }) => db.find(claims)),
    ];
    for (const user of inOrders) {
      [opened, asked, isRevoked] = [0, 0, false];
      const api = serve(get("/me", { deps: { db, user } }, ({ user }) => user.id));
      for (const { text } of Object.values(bad)) assert.equal((await ask(api, text)).status, 401);
      assert.deepEqual([opened, asked], [0, 0]);
      const good = f.token();
      assert.equal((await ask(api, good)).status, 200);
      assert.deepEqual([opened, asked], [1, 1]);
      isRevoked = true;
      assert.equal((await ask(api, good)).status, 401);
      assert.deepEqual([opened, asked], [1, 1]);
    }
  });
});
