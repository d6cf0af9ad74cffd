import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Api } from "../../api/api.ts";
import { secret } from "../../secret/redacted.ts";
import * as f from "../../token/token.fixture.ts";
import { json, TestIssuer } from "../test-issuer.fixture.ts";
import { apiWith, away, caep, Heard, logoutToken, push, receiverId, risc, securityEvent, ssf } from "./event.fixture.ts";
import type { ProviderEvent } from "./provider-event.ts";
import { securityEvents, type SecurityEventsOptions } from "./security-events.ts";
import type { TransmitterOptions } from "./transmitter.ts";

const issuer = new TestIssuer();
const other = new TestIssuer();
const heard = new Heard(issuer);
let api: Api;

function transmitter(over: Partial<TransmitterOptions> = {}): TransmitterOptions {
  const { issuer: name, allowLoopback } = issuer.common;
  return { issuer: name, audience: receiverId, algorithms: ["ES256", "RS256"], allowLoopback, ...over } as TransmitterOptions;
}

function apiFor(over: Partial<SecurityEventsOptions> = {}): Api {
  return apiWith(securityEvents({ ...heard.options, transmitters: [transmitter()], ...over }));
}

beforeEach(() => {
  heard.clear();
  api = apiFor();
});

/** Asserts that a token is refused with 400 as RFC 8935 §2.3 has it, and returns the code with the reason. */
async function refused(token: string, by = api): Promise<string> {
  const answer = await push(by, token);
  assert.equal(answer.status, 400, await answer.clone().text());
  assert.equal(answer.headers.get("content-type"), "application/json");
  const { err, description, ...others } = (await answer.json()) as Record<string, string>;
  assert.deepEqual(others, {});
  assert.deepEqual(heard.refusals.at(-1), { via: "push", code: err, reason: description });
  assert.deepEqual(heard.events, []);
  return `${err}: ${description}`;
}

/** Asserts that a token is accepted with an empty 202, and returns its event. */
async function accepted(token: string, by = api): Promise<ProviderEvent> {
  const answer = await push(by, token);
  assert.equal(answer.status, 202, await answer.clone().text());
  assert.equal(await answer.text(), "");
  const event = heard.events.pop();
  assert.ok(event);
  return event;
}

const alice = { kind: "subject", sub: "alice" } as const;

describe("a security event (RFC 8417, RFC 8935)", () => {
  test("is handed over with its subject, its time and its type", async () => {
    const event = await accepted(securityEvent(issuer, { jti: "e1" }));
    assert.deepEqual(event, {
      type: "session-revoked",
      name: `${caep}session-revoked`,
      issuer: issuer.issuer,
      jti: "e1",
      at: f.nowMs - 10_000,
      expiresAt: f.nowMs + (604_800 - 10 + 5) * 1000,
      revokes: true,
      targets: [{ ...alice, issuer: issuer.issuer }],
    });
  });

  test("is refused with its code if one rule does not hold (M-13)", async () => {
    const { issuer: iss } = issuer;
    const rules: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>?])[] = [
      ["invalid_issuer: another issuer", { iss: `${iss}/` }],
      ["invalid_request: no issuer", { iss: undefined }],
      ["invalid_audience: another audience", { aud: "https://other.test" }],
      ["invalid_audience: another audience", { aud: undefined }],
      ["invalid_audience: another audience", { aud: [receiverId, "https://other.test"] }],
      ["invalid_request: jti is not one printable line", { jti: undefined }],
      ["invalid_request: jti is not one printable line", { jti: "x".repeat(256) }],
      ["invalid_request: iat is not a time", { iat: undefined }],
      ["invalid_request: issued in the future", { iat: f.now + 6 }],
      ["invalid_request: expired", { iat: f.now - 604_806 }],
      ["invalid_request: expired", { exp: f.now - 6 }],
      ["invalid_request: exp is not a time after iat", { exp: null }],
      ["invalid_request: a security event has no sub", { sub: "alice" }],
      ["invalid_request: a security event has no nonce", { nonce: "n" }],
      ["invalid_request: events is not an object", { events: undefined }],
      ["invalid_request: events is not an object", { events: [`${caep}session-revoked`] }],
      ["invalid_request: no event", { events: {} }],
      ["invalid_request: an event is not an object", { events: { [`${caep}session-revoked`]: null } }],
      ["invalid_request: an event is not an object", { events: { [`${caep}session-revoked`]: {}, other: 1 } }],
      [
        "invalid_request: several events in one token",
        { events: { [`${caep}session-revoked`]: {}, [`${risc}account-enabled`]: {} } },
      ],
      ["invalid_request: the event is in the future", { toe: f.now + 6 }],
      ["invalid_request: the event is in the future", { events: { [`${caep}session-revoked`]: { event_timestamp: f.now + 6 } } }],
      [
        "invalid_request: the event is in the future",
        { events: { [`${caep}session-revoked`]: { event_timestamp: f.nowMs + 6000 } } },
      ],
      ["invalid_request: the time of the event is not a time", { toe: "2026" }],
      ["invalid_request: the time of the event is not a time", { toe: -1 }],
      ["invalid_request: no subject", { sub_id: undefined }],
      ["invalid_request: no subject", { sub_id: "alice" }],
      ["invalid_request: two subjects", { events: { [`${caep}session-revoked`]: { subject: { format: "opaque", id: "s" } } } }],
      ["invalid_request: another type of token", {}, { typ: "JWT" }],
      ["invalid_request: another type of token", {}, { typ: undefined }],
      ["invalid_request: another type of token", {}, { typ: "logout+jwt" }],
      ["invalid_request: the algorithm is not allowed", {}, { alg: "none" }],
      ["invalid_request: the algorithm is not allowed", {}, { alg: "HS256" }],
      ["invalid_key: unknown key", {}, { kid: "k9" }],
    ];
    // Its keys were fetched after these tokens were issued, so an unknown key is refused for good.
    await accepted(securityEvent(issuer));
    for (const [reason, claims, header] of rules)
      assert.equal(await refused(securityEvent(issuer, claims, header)), reason, JSON.stringify([claims, header]));
    await accepted(securityEvent(issuer));
    await accepted(securityEvent(issuer, { iat: f.now - 604_804 }));
    await accepted(securityEvent(issuer, { exp: f.now - 4, aud: [receiverId] }));
    // A further name of the same event that is not understood.
    await accepted(securityEvent(issuer, { events: { [`${caep}session-revoked`]: {}, "https://old.test/session-revoked": {} } }));
  });

  test("with a wrong signature, or that of another transmitter's key, is refused", async () => {
    const theirs = f.rsa("sha256");
    other.answers["/keys"] = json({ keys: [f.publicJwk(f.kr.publicKey, { kid: "k1", alg: "RS256" })] });
    const both = apiFor({ transmitters: [transmitter(), transmitter({ issuer: other.issuer, audience: "theirs" })] });
    await accepted(securityEvent(other, { aud: "theirs" }, { alg: "RS256" }, theirs), both);
    await accepted(securityEvent(issuer), both);
    assert.equal(await refused(securityEvent(issuer, {}, { alg: "RS256" }, theirs), both), "invalid_key: unknown key");
    assert.equal(
      await refused(`${securityEvent(issuer).slice(0, -4)}AAAA`, both),
      "authentication_failed: the signature does not verify",
    );
    assert.equal(await refused(securityEvent(other, {}, { alg: "RS256" }, theirs), both), "invalid_audience: another audience");
    assert.equal(await refused(securityEvent(other)), "invalid_issuer: another issuer");
  });

  test("is not an access token, an ID token or a logout token, whatever typ is accepted", async () => {
    const lenient = apiFor({
      transmitters: [transmitter({ typ: ["secevent+jwt", "JWT", "at+jwt", "logout+jwt", { absent: true }] })],
    });
    const token = issuer.jwt({ aud: receiverId });
    assert.equal(await refused(token, lenient), "invalid_request: a security event has no sub");
    assert.equal(
      await refused(issuer.jwt({ aud: receiverId, sub: undefined }), lenient),
      "invalid_request: events is not an object",
    );
    const logout = logoutToken(issuer, { aud: receiverId });
    assert.equal(await refused(logout, lenient), "invalid_request: a security event has no sub");
    // One about a session has no `sub`: it is an event that is not understood here, and ends nothing.
    const { type, revokes } = await accepted(logoutToken(issuer, { aud: receiverId, sub: undefined }), lenient);
    assert.deepEqual([type, revokes], ["unknown", false]);
    await accepted(securityEvent(issuer, {}, { typ: "JWT" }), lenient);
  });
});

describe("the time of a security event", () => {
  test("is the event's own, else that of the token, else that of its issue", async () => {
    const at = async (payload: object, claims: object = {}): Promise<number> =>
      (await accepted(securityEvent(issuer, { ...claims, events: { [`${caep}session-revoked`]: payload } }))).at;
    assert.equal(await at({}), f.nowMs - 10_000);
    assert.equal(await at({}, { toe: f.now - 100 }), f.nowMs - 100_000);
    assert.equal(await at({ event_timestamp: f.now - 50 }, { toe: f.now - 100 }), f.nowMs - 50_000);
    // As early drafts of CAEP have it.
    assert.equal(await at({ event_timestamp: f.nowMs - 50_000 }), f.nowMs - 50_000);
    assert.equal(await at({ event_timestamp: f.now + 5 }), f.nowMs + 5000);
  });
});

describe("the types of security events", () => {
  const typeOf = async (name: string, payload: object = {}, claims: object = {}) => {
    const { type, revokes, targets, ignored, state, status } = await accepted(
      securityEvent(issuer, { events: { [name]: payload }, ...claims }),
    );
    return { type, revokes, who: targets.length, ignored, state, status };
  };

  test("end credentials, or are only recorded", async () => {
    const none = { ignored: undefined, state: undefined, status: undefined };
    for (const [name, revokes, payload] of [
      [`${caep}session-revoked`, true],
      [`${caep}credential-change`, true, { change_type: "revoke" }],
      [`${caep}credential-change`, true, { change_type: "update" }],
      [`${caep}credential-change`, true, {}],
      [`${caep}credential-change`, false, { change_type: "create" }],
      [`${caep}token-claims-change`, true, { claims: { role: "user" } }],
      [`${caep}assurance-level-change`, false, { current_level: "nist-aal1" }],
      [`${risc}account-disabled`, true, { reason: "hijacking" }],
      [`${risc}account-purged`, true],
      [`${risc}account-enabled`, false],
      [`${risc}sessions-revoked`, true],
    ] as const) {
      const [type] = name.split("/").slice(-1);
      assert.deepEqual(await typeOf(name, payload), { ...none, type, revokes, who: 1 }, name);
    }
  });

  test("of the stream itself concern nobody", async () => {
    const stream = { sub_id: { format: "opaque", id: "stream-1" } };
    const none = { revokes: false, who: 0, ignored: undefined };
    assert.deepEqual(await typeOf(`${ssf}verification`, { state: "abc" }, stream), {
      ...none,
      type: "verification",
      state: "abc",
      status: undefined,
    });
    assert.deepEqual(await typeOf(`${ssf}verification`, {}, { sub_id: undefined }), {
      ...none,
      type: "verification",
      state: undefined,
      status: undefined,
    });
    assert.deepEqual(await typeOf(`${ssf}stream-updated`, { status: "paused" }, stream), {
      ...none,
      type: "stream-updated",
      state: undefined,
      status: "paused",
    });
    assert.equal(
      await refused(securityEvent(issuer, { events: { [`${ssf}verification`]: { state: 5 } } })),
      "invalid_request: state is not a text",
    );
  });

  test("that are not understood are acknowledged without effect", async () => {
    for (const name of [
      "https://example.com/event",
      `${caep}session-revoked/`,
      `${caep.toUpperCase()}session-revoked`,
      "constructor",
    ])
      assert.deepEqual(await typeOf(name), {
        type: "unknown",
        revokes: false,
        who: 0,
        ignored: "unknown_event",
        state: undefined,
        status: undefined,
      });
  });
});

describe("a security event that comes again", () => {
  test("is acknowledged without an effect, also when fifty come at once (M-13)", async () => {
    const token = securityEvent(issuer);
    const answers = await Promise.all(Array.from({ length: 50 }, () => push(api, token)));
    for (const { status } of answers) assert.equal(status, 202);
    assert.equal(heard.events.length, 1);
    assert.equal(heard.refusals.length, 49);
    assert.equal((await push(api, token)).status, 202);
    assert.equal(heard.events.length, 1);
    // Another token about the same event is another one.
    assert.equal((await push(api, securityEvent(issuer))).status, 202);
    assert.equal(heard.events.length, 2);
  });

  test("is handled then if the sink failed or did not answer as it must: 503", async () => {
    const token = securityEvent(issuer);
    for (const failure of [away(), new TypeError("a bug")]) {
      heard.failures.push(failure);
      const answer = await push(api, token);
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      assert.equal(heard.problems.at(-1), failure);
    }
    const odd = apiFor({ sink: (async () => true) as never });
    assert.equal((await push(odd, token)).status, 503);
    assert.match(String(heard.problems.at(-1)?.message), /return "handled" or "replayed" from sink/);
    await accepted(token);
  });
});

describe("the endpoint for security events", () => {
  test("reads nothing but a Security Event Token of a usual size", async () => {
    const token = securityEvent(issuer);
    for (const type of ["application/json", "application/jwt", "text/plain"])
      assert.equal((await push(api, token, { "content-type": type })).status, 415);
    assert.equal((await push(api, "x".repeat(16_385))).status, 413);
    for (const [body, reason] of [
      ["", "three parts"],
      [`${token} `, "canonical base64url"],
      [new TextEncoder().encode(`${token}ä`), "canonical base64url"],
      [JSON.stringify({ set: token }), "canonical base64url"],
    ] as const) {
      const answer = await push(api, body);
      assert.equal(answer.status, 400);
      assert.match(String(heard.reason), new RegExp(reason));
    }
    assert.deepEqual(issuer.asked, []);
    await accepted(token);
  });

  test("causes no fetch for tokens that need no key to be refused (M-13)", async () => {
    for (const claims of [{ iss: other.issuer }, { aud: "x" }, { iat: 5 }, { jti: 5 }])
      await refused(securityEvent(issuer, claims));
    for (const header of [{ typ: "JWT" }, { alg: "none" }]) await refused(securityEvent(issuer, {}, header));
    assert.deepEqual(issuer.asked, []);
    await accepted(securityEvent(issuer));
    assert.ok(issuer.asked.length > 0);
  });

  test("with a bearer token reads no body of anyone else, and accepts the next token beside the last one", async () => {
    const tokens = ["1f0a52bd6c9e4d3788aa01bb5c2e7f94", "9c7d1e55a0b84f2f93e61d7a42c08b36"] as const;
    const guarded = apiFor({ bearer: [secret(tokens[0]), secret(tokens[1])] });
    const set = securityEvent(issuer);
    for (const authorization of [
      undefined,
      `Bearer ${tokens[0]}x`,
      `Bearer ${tokens[0].slice(1)}`,
      `Basic ${tokens[0]}`,
      "Bearer x",
    ]) {
      const answer = await push(guarded, set, authorization === undefined ? {} : { authorization });
      assert.equal(answer.status, 401);
      assert.match(String(answer.headers.get("www-authenticate")), /^Bearer/);
    }
    assert.deepEqual(heard.refusals, []);
    for (const token of tokens)
      assert.equal((await push(guarded, securityEvent(issuer), { authorization: `Bearer ${token}` })).status, 202);
    // The bearer token alone proves nothing about the event.
    assert.equal((await push(guarded, securityEvent(other), { authorization: `Bearer ${tokens[0]}` })).status, 400);
    const { security } = guarded.openapi().paths["/auth/security-events"]?.post ?? {};
    assert.deepEqual(security, [{ SecurityEventTransmitter: [] }]);
  });

  test("says 503 if the transmitter's keys cannot be had", async () => {
    issuer.answers["/keys"] = json({}, 500);
    const token = securityEvent(issuer);
    assert.equal((await push(api, token)).status, 503);
    assert.deepEqual(heard.refusals, []);
    issuer.answers["/keys"] = json({ keys: [f.k1Jwk] });
    issuer.later(31);
    await accepted(token);
  });

  test("finds keys where the metadata of Shared Signals says (SSF 1.0 §6)", async () => {
    issuer.answers["/.well-known/ssf-configuration"] = json(issuer.metadata());
    const discoveryUrl = `${issuer.origin}/.well-known/ssf-configuration`;
    await accepted(securityEvent(issuer), apiFor({ transmitters: [transmitter({ discoveryUrl })] }));
    assert.deepEqual(issuer.paths, ["/.well-known/ssf-configuration", "/keys"]);
  });

  test("is not built with options that make no sense", () => {
    const build =
      (over: object, about: object = {}) =>
      () =>
        securityEvents({ ...heard.options, transmitters: [{ ...transmitter(), ...about }], ...over } as never);
    build({})();
    for (const [over, about] of [
      [{ transmitters: [] }],
      [{ transmitters: [transmitter(), transmitter()] }],
      [{ sink: undefined }],
      [{ bearer: "1f0a52bd6c9e4d3788aa01bb5c2e7f94" }],
      [{ bearer: secret("short") }],
      [{ bearer: [] }],
      [{}, { subjectIssuers: [] }],
      [{}, { subjectIssuers: "https://a" }],
      [{}, { subjectIssuers: [""] }],
      [{}, { typ: 5 }],
      [{}, { maxTokenAgeSeconds: -1 }],
    ] as const)
      assert.throws(build(over, about ?? {}), { code: "wrong_option" }, JSON.stringify([over, about]));
  });
});
