/** When the issuer is asked about opaque tokens, how long its answers count, and what follows if it does not answer. */
import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { Redacted } from "../secret/redacted.ts";
import { eventually } from "../testing/eventually.ts";
import * as f from "../token/token.fixture.ts";
import { accepted, type Answer, basic, client, json, refusal, TestIssuer, unavailable } from "./test-issuer.fixture.ts";

const server = new TestIssuer();

describe("a failing endpoint (R-15, D-19)", () => {
  const raw =
    (status: number, type: string, body: string): Answer =>
    (_asked, response) =>
      void response.writeHead(status, { "content-type": type }).end(body);
  const failures: Readonly<Record<string, Answer>> = {
    'answers { "active": "true" }': json({ active: "true" }),
    "answers {}": json({}),
    "answers { active: 1 }": json({ active: 1 }),
    "answers a list": json([]),
    "answers twice": raw(200, "application/json", '{"active":true,"active":false}'),
    "answers HTML": raw(200, "text/html", "<html>"),
    "answers a JWT": raw(200, "application/token-introspection+jwt", "a.b.c"),
    "answers 201": json({ active: true }, 201),
    "answers 401": json({ error: "invalid_client" }, 401),
    "answers 500": json({ active: false }, 500),
    redirects: (_asked, response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
    "hangs up": (_asked, response) => void response.destroy(),
    "answers too much": raw(200, "application/json", `{"active":true,"x":"${"a".repeat(300_000)}"}`),
    "answers too deeply": raw(200, "application/json", `{"active":true,"x":${"[".repeat(50)}${"]".repeat(50)}}`),
  };
  for (const [name, failure] of Object.entries(failures)) {
    test(`that ${name} decides nothing: 503, and the listener hears of it without a secret`, async () => {
      const by = server.introspecting();
      server.answers["/introspect"] = failure;
      server.answers["/elsewhere"] = json(server.answer());
      await unavailable(by, "opaque-token-1");
      assert.equal(server.problems.length, 1);
      server.hides(client.clientSecret, basic.slice(6), "opaque-token-1");
      server.answers["/introspect"] = json(server.answer());
      assert.ok(await accepted(by, "opaque-token-1"));
      assert.ok(!server.paths.includes("/elsewhere"));
    });
  }

  test("that is silent is given up in time", async () => {
    server.answers["/introspect"] = () => {};
    const hangs = unavailable(server.introspecting({}, { timeoutMs: 50 }), "t");
    await eventually(() => server.questions > 0, 30_000, "the question");
    let isOver = false;
    const over = hangs.finally(() => (isOver = true));
    // More than once: the time of the request may begin after the time has passed.
    const passed = (): boolean => (mock.timers.tick(50), isOver);
    await eventually(passed, 30_000, "the end of the time");
    await over;
  });

  test("whose address cannot be found is looked for once in a while, and the JWTs of the issuer still work", async () => {
    const by = server.introspecting();
    const { "/keys": keys = json({}) } = server.answers;
    server.answers["/as/.well-known/openid-configuration"] = json(server.metadata({ introspection_endpoint: undefined }));
    for (let time = 0; time < 5; time += 1) await unavailable(by, `t${time}`);
    assert.equal(server.paths.length, 1);
    assert.match(String(server.problems[0]?.message), /no introspection_endpoint/);
    server.answers["/keys"] = keys;
    assert.ok(await accepted(by, server.jwt()));
    server.answers["/as/.well-known/openid-configuration"] = json(server.metadata());
    server.tokens = { t: server.answer() };
    server.later(6);
    assert.ok(await accepted(by, "t"));
  });

  test("that moves is found again through the metadata", async () => {
    const by = server.introspecting();
    server.tokens = { t: server.answer(), u: server.answer() };
    assert.ok(await accepted(by, "t"));
    const { "/introspect": introspect = json({}) } = server.answers;
    server.answers["/moved"] = introspect;
    delete server.answers["/introspect"];
    server.answers["/as/.well-known/openid-configuration"] = json(
      server.metadata({ introspection_endpoint: `${server.origin}/moved` }),
    );
    server.later(6);
    await unavailable(by, "u");
    assert.ok(await accepted(by, "u"));
    assert.equal(server.paths.at(-1), "/moved");
  });
});

describe("answers are remembered (R-16)", () => {
  test("for five seconds from the question, so a revoked token works no longer than that", async () => {
    const by = server.introspecting();
    server.tokens = { t: server.answer() };
    const claims = await accepted(by, "t");
    server.tokens = {};
    server.later(4.999);
    assert.equal(by.verify(new Redacted("t")), claims);
    server.later(0.001);
    assert.equal(await refusal(by, "t"), "not active");
    assert.equal(server.questions, 2);
  });

  test("from the question, not from the answer: a slow one is used once", async () => {
    const by = server.introspecting({ maxAgeSeconds: 2 });
    server.answers["/introspect"] = (asked, response) => {
      server.later(3);
      json(server.answer())(asked, response);
    };
    assert.ok(await accepted(by, "t"));
    assert.ok(await accepted(by, "t"));
    assert.equal(server.questions, 2);
  });

  test("as long if the token is not active or not for this API, so nobody is asked in vain", async () => {
    const by = server.introspecting();
    server.tokens = { other: server.answer({ aud: "https://other.test" }) };
    for (let time = 0; time < 3; time += 1) {
      assert.equal(await refusal(by, "gone"), "not active");
      assert.equal(await refusal(by, "other"), "another audience");
    }
    assert.equal(server.questions, 2);
    server.tokens = { gone: server.answer() };
    server.later(5);
    assert.ok(await accepted(by, "gone"));
  });

  test("no longer than the token lasts, nor longer because the clock was set back", async () => {
    const by = server.introspecting({}, { clockToleranceSeconds: 0 });
    server.tokens = { t: server.answer({ exp: f.now + 2 }), u: server.answer() };
    assert.ok(await accepted(by, "t"));
    server.later(2);
    assert.equal(await refusal(by, "t"), "expired");
    assert.ok(await accepted(by, "u"));
    server.tokens = {};
    server.later(-3_600);
    assert.equal(await refusal(by, "u"), "not active");
  });

  test("not at all with `maxAgeSeconds: 0`, not even while a question is under way", async () => {
    const by = server.introspecting({ maxAgeSeconds: 0 });
    server.tokens = { t: server.answer() };
    await Promise.all([accepted(by, "t"), accepted(by, "t")]);
    assert.ok(await accepted(by, "t"));
    assert.equal(server.questions, 3);
  });

  test("for the exact text only: a token that ends alike is another one", async () => {
    const by = server.introspecting();
    const tail = "x".repeat(40);
    server.tokens = { [`a${tail}`]: server.answer() };
    assert.ok(await accepted(by, `a${tail}`));
    assert.equal(await refusal(by, `b${tail}`), "not active");
    assert.ok(await accepted(by, `a${tail}`));
  });

  test("while `revoked` is asked about every request", async () => {
    let revoked = false;
    const by = server.introspecting({}, { revoked: async () => revoked });
    server.tokens = { t: server.answer() };
    assert.ok(await accepted(by, "t"));
    revoked = true;
    assert.equal(await refusal(by, "t"), "revoked");
    assert.equal(server.questions, 1);
  });

  test("by a bound in bytes, which invented tokens do not fill for those that are active", async () => {
    const active = Array.from({ length: 200 }, (_, index) => `active-${index}`);
    server.tokens = Object.fromEntries(["t", ...active].map((text) => [text, server.answer()]));
    const invented = active.map((text) => `${"x".repeat(4_000)}-invented-${text}`);
    const asksAgainAfter = async (others: readonly string[]): Promise<boolean> => {
      const by = server.introspecting({}, { cache: { maxBytes: 20_000 } });
      await accepted(by, "t");
      for (const text of others) await accepted(by, text).catch(() => {});
      const before = server.questions;
      await accepted(by, "t");
      return server.questions > before;
    };
    assert.equal(await asksAgainAfter(invented), false);
    assert.equal(await asksAgainAfter(active), true);
  });
});

describe("many requests at once", () => {
  test("with one token share a question", async () => {
    const by = server.introspecting();
    server.tokens = { t: server.answer() };
    await Promise.all(Array.from({ length: 50 }, () => accepted(by, "t")));
    assert.deepEqual(server.paths, ["/as/.well-known/openid-configuration", "/introspect"]);
  });

  test("with invented tokens do not become more than a hundred questions at a time", async () => {
    const by = server.introspecting();
    await by.ready();
    server.tokens = { t: server.answer() };
    const held: (() => void)[] = [];
    const { "/introspect": introspect = json({}) } = server.answers;
    server.answers["/introspect"] = (asked, response) => void held.push(() => introspect(asked, response));
    const flood = Array.from({ length: 100 }, (_, index) => refusal(by, `invented-${index}`));
    await server.received(101);
    await unavailable(by, "t");
    // A question that comes only now is answered at once.
    server.answers["/introspect"] = introspect;
    for (const each of held) each();
    assert.deepEqual(new Set(await Promise.all(flood)), new Set(["not active"]));
    assert.ok(await accepted(by, "t"));
  });
});
