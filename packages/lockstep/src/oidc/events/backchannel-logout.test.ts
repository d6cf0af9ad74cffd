import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Api } from "../../api/api.ts";
import { eventually } from "../../testing/eventually.ts";
import * as f from "../../token/token.fixture.ts";
import { json, TestIssuer } from "../test-issuer.fixture.ts";
import { backchannelLogout, type LogoutIssuerOptions } from "./backchannel-logout.ts";
import { apiWith, away, clientId, Heard, logoutEvent, logoutToken, securityEvent, sendLogout } from "./event.fixture.ts";

const issuer = new TestIssuer();
const other = new TestIssuer();
const heard = new Heard(issuer);
let api: Api;

function options(over: Partial<LogoutIssuerOptions> = {}): LogoutIssuerOptions {
  const { onProblem } = heard.options;
  const { issuer: name, allowLoopback } = issuer.common;
  return {
    issuer: name,
    audience: clientId,
    algorithms: ["ES256", "RS256"],
    allowLoopback,
    onProblem,
    ...over,
  } as LogoutIssuerOptions;
}

function apiFor(...issuers: [LogoutIssuerOptions, ...LogoutIssuerOptions[]]): Api {
  return apiWith(backchannelLogout({ ...heard.options, issuers }));
}

beforeEach(() => {
  heard.clear();
  api = apiFor(options());
});

/** Asserts that a token is refused with 400, and returns the reason. */
async function refused(token: string, by = api): Promise<string | undefined> {
  const answer = await sendLogout(by, token);
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const { error, error_description: description } = (await answer.json()) as Record<string, unknown>;
  assert.equal(error, "invalid_request");
  assert.ok(typeof description === "string" && !token.includes(description));
  assert.deepEqual(heard.events, []);
  return heard.reason;
}

/** Asserts that a token is accepted, and returns its event. */
async function accepted(token: string, by = api) {
  const answer = await sendLogout(by, token);
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(await answer.text(), "");
  const event = heard.events.pop();
  assert.ok(event);
  return event;
}

function statuses(answers: readonly Response[]): readonly number[] {
  return answers.map(({ status }) => status).toSorted((one, another) => one - another);
}

describe("a logout token (OpenID Connect Back-Channel Logout 1.0)", () => {
  test("is an event about its session and its subject, at the time when it was issued", async () => {
    const event = await accepted(logoutToken(issuer, { jti: "j1" }));
    assert.deepEqual(event, {
      type: "logout",
      name: logoutEvent,
      issuer: issuer.issuer,
      jti: "j1",
      at: f.nowMs - 10_000,
      expiresAt: f.nowMs + 115_000,
      revokes: true,
      targets: [
        { kind: "session", issuer: issuer.issuer, sid: "s1" },
        { kind: "subject", issuer: issuer.issuer, sub: "alice" },
      ],
    });
  });

  test("names a session, a subject or both, and further claims and fields do not count (§2.4, §2.5)", async () => {
    const session = await accepted(logoutToken(issuer, { sub: undefined }));
    assert.deepEqual(session.targets, [{ kind: "session", issuer: issuer.issuer, sid: "s1" }]);
    const subject = await accepted(logoutToken(issuer, { sid: undefined, toe: 1, extra: {} }));
    assert.deepEqual(subject.targets, [{ kind: "subject", issuer: issuer.issuer, sub: "alice" }]);
    const answer = await sendLogout(api, logoutToken(issuer), { state: "x", another: "y" });
    assert.equal(answer.status, 200);
  });

  test("is refused if one rule of §2.6 does not hold (R-18)", async () => {
    const { issuer: iss } = issuer;
    const rules: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>?])[] = [
      ["a logout token has no nonce", { nonce: "n" }],
      ["a logout token has no nonce", { nonce: null }],
      ["events is not exactly that of a logout", { events: undefined }],
      ["events is not exactly that of a logout", { events: {} }],
      ["events is not exactly that of a logout", { events: logoutEvent }],
      ["events is not exactly that of a logout", { events: [logoutEvent] }],
      ["events is not exactly that of a logout", { events: { [logoutEvent]: null } }],
      ["events is not exactly that of a logout", { events: { [logoutEvent]: true } }],
      ["events is not exactly that of a logout", { events: { [logoutEvent]: [] } }],
      ["events is not exactly that of a logout", { events: { [logoutEvent]: { a: 1 } } }],
      ["events is not exactly that of a logout", { events: { [`${logoutEvent}/`]: {} } }],
      ["events is not exactly that of a logout", { events: { [logoutEvent]: {}, other: {} } }],
      ["neither sub nor sid", { sub: undefined, sid: undefined }],
      ["neither sub nor sid", { sub: null, sid: [] }],
      ["sub is not one printable line", { sub: "" }],
      ["sub is not one printable line", { sub: 7 }],
      ["sid is not one printable line", { sid: "a\nb" }],
      ["another issuer", { iss: `${iss}/` }],
      ["another issuer", { iss: iss.toUpperCase() }],
      ["no issuer", { iss: undefined }],
      ["another audience", { aud: "another-client" }],
      ["another audience", { aud: undefined }],
      ["another audience", { aud: [] }],
      ["another audience", { aud: [clientId, "another-client"] }],
      ["another audience", { aud: [[clientId]] }],
      ["jti is not one printable line", { jti: undefined }],
      ["jti is not one printable line", { jti: "" }],
      ["jti is not one printable line", { jti: 5 }],
      ["iat is not a time", { iat: undefined }],
      ["iat is not a time", { iat: String(f.now) }],
      ["issued in the future", { iat: f.now + 6, exp: f.now + 60 }],
      ["expired", { iat: f.now - 306 }],
      ["expired", { iat: f.now - 100, exp: f.now - 5 }],
      ["no exp", { exp: undefined }],
      ["exp is not a time after iat", { exp: f.now - 10 }],
      ["exp is not a time after iat", { exp: String(f.now + 60) }],
      ["not valid yet", { nbf: f.now + 6 }],
      ["another type of token", {}, { typ: undefined }],
      ["another type of token", {}, { typ: "JWT" }],
      ["another type of token", {}, { typ: "at+jwt" }],
      ["another type of token", {}, { typ: "secevent+jwt" }],
      ["the algorithm is not allowed", {}, { alg: "none" }],
      ["the algorithm is not allowed", {}, { alg: "HS256" }],
      ["the algorithm is not allowed", {}, { alg: "EdDSA" }],
      ["the header holds jwk", {}, { jwk: f.k1Jwk }],
      ["the header holds jku", {}, { jku: "https://attacker.test/keys" }],
      ["the header holds crit", {}, { crit: ["exp"] }],
    ];
    for (const [reason, claims, header] of rules) {
      const said = await refused(logoutToken(issuer, claims, header));
      assert.ok(said?.startsWith(reason), `${reason}: ${said} ${JSON.stringify([claims, header])}`);
    }
    // The same requests without the flaws.
    await accepted(logoutToken(issuer));
    await accepted(logoutToken(issuer, { iat: f.now + 5, exp: f.now + 60 }));
    await accepted(logoutToken(issuer, { iat: f.now - 304, exp: f.now + 60 }));
    await accepted(logoutToken(issuer, { exp: f.now - 4 }));
    await accepted(logoutToken(issuer, { aud: [clientId] }));
    await accepted(logoutToken(issuer, {}, { typ: "application/LOGOUT+jwt" }));
  });

  test("is refused without a signature, with a wrong one, and with that of another issuer's key of the same name", async () => {
    const { es256 } = f;
    const [header, payload, signature = ""] = logoutToken(issuer).split(".");
    assert.equal(await refused(`${header}.${payload}.`), "not three parts");
    assert.equal(await refused(`${header}.${payload}`), "not three parts");
    const changed = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    assert.equal(await refused(`${header}.${payload}.${changed}`), "the signature does not verify");
    const theirs = (await import("node:crypto")).generateKeyPairSync("ec", { namedCurve: "P-256" });
    assert.equal(await refused(logoutToken(issuer, {}, {}, es256(theirs.privateKey))), "the signature does not verify");
    assert.equal(await refused(logoutToken(issuer, {}, { alg: "RS256" })), "unknown key");
  });

  test("of another issuer is refused, although a key of that issuer signed it", async () => {
    other.answers["/keys"] = json({ keys: [f.publicJwk(f.kr.publicKey, { kid: "k1", alg: "RS256" })] });
    const both = apiFor(options(), options({ issuer: other.issuer, audience: "their-client" }));
    const signedByOther = f.rsa("sha256");
    // Their own tokens are for their own client and have their own key.
    await accepted(logoutToken(other, { aud: "their-client" }, { alg: "RS256" }, signedByOther), both);
    await accepted(logoutToken(issuer), both);
    assert.equal(await refused(logoutToken(other, {}, { alg: "RS256" }, signedByOther), both), "another audience");
    assert.equal(await refused(logoutToken(issuer, {}, { alg: "RS256" }, signedByOther), both), "unknown key");
    assert.equal(await refused(logoutToken(other, { aud: "their-client" }), both), "unknown key");
    assert.equal(await refused(logoutToken(other)), "another issuer");
  });

  test("is not an ID token, an access token or a security event, also for an issuer that writes typ JWT", async () => {
    const lenient = apiFor(options({ typ: ["JWT", "at+jwt", "secevent+jwt", { absent: true }] }));
    const common = { aud: clientId, iss: issuer.issuer, iat: f.now - 10, exp: f.now + 60, sub: "alice", jti: "x" };
    const idToken = (claims: object): string => f.compact({ alg: "ES256", typ: "JWT", kid: "k1" }, { ...common, ...claims });
    assert.equal(await refused(idToken({ nonce: "n" }), lenient), "a logout token has no nonce");
    assert.equal(await refused(idToken({}), lenient), "events is not exactly that of a logout");
    assert.equal(await refused(issuer.jwt({ aud: clientId }), lenient), "events is not exactly that of a logout");
    assert.equal(
      await refused(securityEvent(issuer, { aud: clientId, exp: f.now + 60 }), lenient),
      "events is not exactly that of a logout",
    );
    await accepted(logoutToken(issuer, {}, { typ: "JWT" }), lenient);
    await accepted(logoutToken(issuer, {}, { typ: undefined }), lenient);
  });

  test("without exp counts for its age if the issuer writes none, and an exp that is there still counts", async () => {
    const lenient = apiFor(options({ exp: "optional", maxTokenAgeSeconds: 60 }));
    const event = await accepted(logoutToken(issuer, { exp: undefined }), lenient);
    assert.equal(event.expiresAt, f.nowMs + 55_000);
    assert.equal(await refused(logoutToken(issuer, { exp: undefined, iat: f.now - 65 }), lenient), "expired");
    assert.equal(await refused(logoutToken(issuer, { exp: f.now - 6, iat: f.now - 10 }), lenient), "expired");
  });
});

describe("a logout token that comes again", () => {
  test("is 400 and has no effect, also when fifty come at once (R-18)", async () => {
    const token = logoutToken(issuer);
    const answers = await Promise.all(Array.from({ length: 50 }, () => sendLogout(api, token)));
    assert.deepEqual(statuses(answers), [200, ...Array.from({ length: 49 }, () => 400)]);
    assert.equal(heard.events.length, 1);
    assert.equal(heard.reason, "the token came again");
    await sendLogout(api, token);
    assert.equal(heard.events.length, 1);
    assert.equal((await sendLogout(api, logoutToken(issuer))).status, 200);
  });

  test("is another one if another issuer wrote the same jti", async () => {
    other.answers["/keys"] = json({ keys: [f.k1Jwk] });
    const both = apiFor(options(), options({ issuer: other.issuer }));
    await accepted(logoutToken(issuer, { jti: "same" }), both);
    await accepted(logoutToken(other, { jti: "same" }), both);
  });

  test("is handled then if the sink failed the first time: 503 with Retry-After", async () => {
    const token = logoutToken(issuer);
    for (const failure of [away(), new TypeError("a bug")]) {
      heard.failures.push(failure);
      const answer = await sendLogout(api, token);
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      assert.equal(heard.problems.at(-1), failure);
    }
    await accepted(token);
  });

  test("waits for the first attempt, whose failure makes it the first one", async () => {
    const token = logoutToken(issuer);
    heard.failures.push(away());
    const answers = await Promise.all([1, 2, 3].map(() => sendLogout(api, token)));
    assert.deepEqual(statuses(answers), [200, 400, 503]);
    assert.equal(heard.events.length, 1);
  });
});

describe("the keys of the issuer of logout tokens", () => {
  test("are not fetched for tokens that need no key to be refused, and once in a cooldown for others", async () => {
    for (const claims of [{ iss: other.issuer }, { aud: "another" }, { iat: f.now - 400 }, { jti: "" }])
      await refused(logoutToken(issuer, claims));
    await refused("x".repeat(16_385));
    assert.deepEqual(issuer.asked, []);
    assert.deepEqual(other.asked, []);
    await accepted(logoutToken(issuer));
    assert.equal(issuer.paths.filter((path) => path === "/keys").length, 1);
    const flood = Array.from({ length: 50 }, (_, index) => sendLogout(api, logoutToken(issuer, {}, { kid: `k${index + 10}` })));
    for (const { status } of await Promise.all(flood)) assert.ok(status === 400 || status === 503);
    assert.equal(issuer.paths.filter((path) => path === "/keys").length, 1);
  });

  test("that cannot be had are 503 with Retry-After, and the same token is accepted when they are back", async () => {
    issuer.answers["/keys"] = json({}, 500);
    const token = logoutToken(issuer);
    const answer = await sendLogout(api, token);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("retry-after"), "30");
    assert.deepEqual(heard.refusals, []);
    issuer.answers["/keys"] = json({ keys: [f.k1Jwk] });
    issuer.later(31);
    await accepted(token);
  });

  test("may be older than the key of a token: 503 until they were fetched again, and then accepted or refused for good", async () => {
    issuer.answers["/keys"] = json({ keys: [f.k1Jwk] });
    await accepted(logoutToken(issuer));
    issuer.answers["/keys"] = json({ keys: [f.k1Jwk, f.krJwk] });
    issuer.later(20);
    const times = { iat: f.now + 20, exp: f.now + 140 };
    const rotated = logoutToken(issuer, times, { kid: "kr", alg: "RS256" }, f.rsa("sha256"));
    const unknown = logoutToken(issuer, times, { kid: "k9" });
    for (const token of [rotated, unknown]) assert.equal((await sendLogout(api, token)).status, 503);
    issuer.later(20);
    await accepted(rotated);
    assert.equal(await refused(unknown), "unknown key");
  });

  test("need not name their algorithm if the options do", async () => {
    const { alg: _alg, ...withoutAlg } = f.krJwk;
    issuer.answers["/keys"] = json({ keys: [withoutAlg] });
    const signed = (): string => logoutToken(issuer, {}, { kid: "kr", alg: "RS256" }, f.rsa("sha256"));
    const algorithms = ["RS256", "PS256"] as const;
    assert.equal((await sendLogout(apiFor(options({ algorithms })), signed())).status, 503);
    await accepted(signed(), apiFor(options({ algorithms, keysWithoutAlg: ["RS256"] })));
    const pss = logoutToken(issuer, {}, { kid: "kr", alg: "PS256" }, f.rsa("sha256", true));
    assert.equal(await refused(pss, apiFor(options({ algorithms, keysWithoutAlg: ["RS256"] }))), "unknown key");
  });

  test("that are taken out of the set verify nothing afterwards, and the last good set stays while the issuer is away", async () => {
    await accepted(logoutToken(issuer));
    issuer.answers["/keys"] = json({}, 500);
    issuer.later(400);
    const later = { iat: f.now + 400, exp: f.now + 500 };
    await accepted(logoutToken(issuer, later));
    await eventually(() => heard.problems.length > 0, 30_000, "the keys could not be fetched");
    issuer.answers["/keys"] = json({ keys: [f.krJwk] });
    issuer.later(700);
    const last = logoutToken(issuer, { iat: f.now + 1090, exp: f.now + 1200 });
    assert.equal(await refused(last), "unknown key");
  });
});

describe("the endpoint for logout tokens", () => {
  test("refuses a body that is not such a form before it looks at a token", async () => {
    const url = "https://api.test/auth/backchannel-logout";
    const token = logoutToken(issuer);
    const send = (init: RequestInit): Promise<Response> => api.fetch(new Request(url, { method: "POST", ...init }));
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const type = await send({ headers: { "content-type": "application/json" }, body: JSON.stringify({ logout_token: token }) });
    assert.equal(type.status, 415);
    assert.equal((await send({ headers: form, body: `logout_token=${"a".repeat(30_000)}` })).status, 413);
    assert.equal((await send({ headers: form, body: `logout_token=${token}&logout_token=${token}` })).status, 400);
    assert.equal((await send({ headers: form, body: "logout_token=" })).status, 400);
    assert.equal((await sendLogout(api, undefined)).status, 400);
    assert.equal((await api.fetch(new Request(`${url}?logout_token=${token}`))).status, 405);
    assert.deepEqual(issuer.asked, []);
    assert.deepEqual(heard.events, []);
    await accepted(token);
  });

  test("is public with a reason, and documented", () => {
    const operation = api.openapi().paths["/auth/backchannel-logout"]?.post;
    assert.ok(operation);
    assert.deepEqual(operation.security, []);
    assert.deepEqual(Object.keys(operation.responses).toSorted(), ["200", "400", "413", "415", "503"]);
  });

  test("is not built with options that make no sense", () => {
    const build =
      (over: object, issuerOver: object = {}) =>
      () =>
        backchannelLogout({ ...heard.options, issuers: [{ ...options(), ...issuerOver }], ...over } as never);
    build({})();
    for (const [over, issuerOver] of [
      [{ sink: undefined }],
      [{ sink: "x" }],
      [{ clock: 5 }],
      [{ onRefused: 5 }],
      [{ issuers: [] }],
      [{ issuers: undefined }],
      [{ issuers: [options(), options()] }],
      [{ replays: 1 }],
      [{}, { issuer: "" }],
      [{}, { audience: [] }],
      [{}, { audience: "" }],
      [{}, { algorithms: [] }],
      [{}, { algorithms: ["HS256"] }],
      [{}, { algorithms: ["none"] }],
      [{}, { typ: "" }],
      [{}, { clockToleranceSeconds: 301 }],
      [{}, { maxTokenAgeSeconds: 0 }],
      [{}, { maxTokenBytes: 0 }],
      [{}, { allowLoopback: false }],
      [{}, { keysWithoutAlg: ["EdDSA"] }],
      [{}, { clientId }],
    ] as const)
      assert.throws(build(over, issuerOver ?? {}), { code: "wrong_option" }, JSON.stringify([over, issuerOver]));
  });
});
