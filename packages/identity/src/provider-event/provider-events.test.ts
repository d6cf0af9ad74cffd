import assert from "node:assert/strict";
import { beforeEach, describe, test, type TestContext } from "node:test";
import { secret, Unavailable } from "lockstep";
import type { ProviderEvent } from "lockstep/oidc";
import {
  caep,
  clientId,
  logoutToken,
  push,
  receiverId,
  risc,
  securityEvent,
  sendLogout,
  ssf,
} from "../../../lockstep/src/oidc/events/event.fixture.ts";
import { eventually } from "../../../lockstep/src/testing/eventually.ts";
import { json, TestIssuer } from "../../../lockstep/src/oidc/test-issuer.fixture.ts";
import * as f from "../../../lockstep/src/token/token.fixture.ts";
import { bound, Minutes, sum } from "../audit/audit-flood.fixture.ts";
import { listEvents } from "../audit/audit-log.ts";
import { Auditor } from "../audit/auditor.ts";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { numberOf, textOf } from "../store/row.ts";
import { removeSpent } from "../store/spent.ts";
import { all, sql } from "../store/statement.ts";
import { openNode, type ProviderNode, senderOf } from "./provider-event.fixture.ts";
import { providerEvents, type ProviderEventsOptions } from "./provider-events.ts";

const issuer = new TestIssuer();
const other = new TestIssuer();
const clock = (): number => issuer.clockMs;
const listed = sql("SELECT kind, key, at, expires_at FROM identity_revocations ORDER BY kind, key");
const spentRows = sql("SELECT key_hash FROM identity_spent");
const createApp = sql("CREATE TABLE app_disabled (sub TEXT NOT NULL)");
const disable = sql("INSERT INTO app_disabled (sub) VALUES (:sub)");
const disabled = sql("SELECT sub FROM app_disabled");

function options(over: Partial<ProviderEventsOptions> = {}): ProviderEventsOptions {
  return { logout: [senderOf(issuer, clientId)], push: [senderOf(issuer, receiverId)], ...over };
}

function opened(
  t: TestContext,
  db: Database,
  over: Partial<ProviderEventsOptions> = {},
  settings: object = {},
): Promise<ProviderNode> {
  return openNode(t, db, {
    events: options(over),
    providers: [issuer, other].map((each) => ({ issuer: each.issuer, clock })),
    settings: { clock, ...settings },
  });
}

interface Entry {
  readonly kind: string;
  readonly key: string;
  readonly at: number;
  readonly expiresAt: number;
}

async function entries(db: Database): Promise<readonly Entry[]> {
  const rows = await db.run(all(listed));
  return rows.map((row) => ({
    kind: textOf(row, "kind"),
    key: textOf(row, "key"),
    at: numberOf(row, "at"),
    expiresAt: numberOf(row, "expires_at"),
  }));
}

const spent = async (db: Database): Promise<number> => (await db.run(all(spentRows))).length;
/** An access token of the issuer that was issued this many seconds ago. */
const accessToken = (claims: object = {}, of = issuer): string => of.jwt({ aud: "https://api.test", ...claims });

beforeEach(() => {
  // Both have keys of their own server, with the same names.
  other.answers["/keys"] = json({ keys: [f.k1Jwk] });
});

describeOnEach("a logout token of the provider", (database) => {
  test("ends the tokens of its session, and those of its subject that were issued until then", async (t) => {
    const db = await database.open(t);
    const node = await opened(t, db);
    const tokens = {
      "of the session": accessToken({ sid: "s1", sub: "someone" }),
      "of the subject, without a session": accessToken(),
      "of the subject, issued in the same second": accessToken({ iat: f.now - 10 }),
      "of the session, issued later": accessToken({ sid: "s1", sub: "someone", iat: f.now - 1 }),
    };
    const others = {
      "of another session": accessToken({ sid: "s2", sub: "someone" }),
      "of another subject": accessToken({ sub: "bob" }),
      "of the subject, issued later": accessToken({ iat: f.now - 9 }),
    };
    for (const [name, token] of Object.entries({ ...tokens, ...others })) assert.equal(await node.status(token), 200, name);
    const theirs = accessToken({ sid: "s1" }, other);
    assert.equal(await node.status(theirs, 1), 200);

    assert.equal((await sendLogout(node.api, logoutToken(issuer))).status, 200);

    for (const [name, token] of Object.entries(tokens)) assert.equal(await node.status(token), 401, name);
    for (const [name, token] of Object.entries(others)) assert.equal(await node.status(token), 200, name);
    assert.equal(await node.status(theirs, 1), 200, "the same subject and session of another issuer");
    const { issuer: iss } = issuer;
    const lives = (86_400 + 300) * 1000;
    assert.deepEqual(await entries(db), [
      { kind: "session", key: `${iss} s1`, at: f.nowMs, expiresAt: f.nowMs + lives },
      { kind: "subject", key: `${iss} alice`, at: f.nowMs - 10_000, expiresAt: f.nowMs - 10_000 + lives },
    ]);
    const about = { outcome: "success", issuer: iss, event: "logout", by: iss };
    assert.deepEqual(
      node.events.map(({ id: _id, at: _at, ...event }) => event),
      [
        { ...about, type: "provider.session_ended", session: "s1" },
        { ...about, type: "provider.subject_revoked", sub: "alice" },
      ],
    );
    const rows = await db.run(listEvents({ limit: 10 }));
    assert.deepEqual(rows.map(({ type }) => type).toSorted(), ["provider.session_ended", "provider.subject_revoked"]);
  });

  test("ends the session only if it names no subject, and all tokens of the subject if it names no session", async (t) => {
    const node = await opened(t, await database.open(t));
    const [ofSession, ofSubject] = [accessToken({ sid: "s1" }), accessToken({ sid: "s2" })];
    assert.equal((await sendLogout(node.api, logoutToken(issuer, { sub: undefined }))).status, 200);
    assert.deepEqual([await node.status(ofSession), await node.status(ofSubject)], [401, 200]);
    assert.equal((await sendLogout(node.api, logoutToken(issuer, { sid: undefined }))).status, 200);
    assert.equal(await node.status(ofSubject), 401);
  });

  test("counts for as long as a token of the provider can be valid", async (t) => {
    const db = await database.open(t);
    const node = await opened(t, db, { tokenLifetimeSeconds: 600 });
    await sendLogout(node.api, logoutToken(issuer, { sub: undefined }));
    assert.deepEqual(await entries(db), [
      { kind: "session", key: `${issuer.issuer} s1`, at: f.nowMs, expiresAt: f.nowMs + 900_000 },
    ]);
  });

  test("has one effect, however often it comes and at however many nodes (R-18)", async (t) => {
    const db = await database.open(t);
    const nodes = [await opened(t, db), await opened(t, db)];
    const token = logoutToken(issuer);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => sendLogout((nodes[index % 2] as ProviderNode).api, token)),
    );
    const codes = answers.map(({ status }) => status).toSorted((one, another) => one - another);
    assert.deepEqual(codes, [200, ...Array.from({ length: 49 }, () => 400)]);
    assert.equal((await entries(db)).length, 2);
    assert.equal((await db.run(listEvents({ limit: 1000 }))).length, 2);
    assert.equal(await spent(db), 1);
    // Once it is too old to be accepted, its id is forgotten.
    assert.equal(await db.transaction(() => removeSpent(f.nowMs + 114_999, 10)), 0);
    assert.equal(await db.transaction(() => removeSpent(f.nowMs + 115_000, 10)), 1);
    issuer.later(115);
    assert.equal((await sendLogout((nodes[0] as ProviderNode).api, token)).status, 400);
    assert.equal((await entries(db)).length, 2);
  });
});

describeOnEach("a security event of the provider", (database) => {
  test("ends the credentials that it names, or is only recorded", async (t) => {
    const db = await database.open(t);
    const node = await opened(t, db);
    const { issuer: iss } = issuer;
    let number = 0;
    for (const [name, revokes, payload, more] of [
      [`${caep}session-revoked`, true],
      [`${caep}credential-change`, true, { change_type: "delete" }],
      [`${caep}credential-change`, false, { change_type: "create" }],
      [`${caep}token-claims-change`, true],
      [`${caep}assurance-level-change`, false],
      [`${risc}account-disabled`, true],
      [`${risc}account-purged`, true],
      [`${risc}account-enabled`, false],
      [`${risc}sessions-revoked`, true],
      [`${ssf}verification`, false, { state: "x" }],
      ["https://example.com/unknown", false],
      [`${risc}account-disabled`, false, {}, { sub_id: { format: "email", email: "alice@example.com" } }],
      [`${risc}account-disabled`, false, {}, { sub_id: { format: "iss_sub", iss: other.issuer, sub: "alice" } }],
    ] as const) {
      number += 1;
      const sub = `alice-${number}`;
      const token = accessToken({ sub });
      const [later, bob] = [accessToken({ sub, iat: f.now - 9 }), accessToken({ sub: "bob" })];
      assert.equal(await node.status(token), 200);
      const claims = { sub_id: { format: "iss_sub", iss, sub }, events: { [name]: payload ?? {} }, ...more };
      assert.equal((await push(node.api, securityEvent(issuer, claims))).status, 202, name);
      assert.equal(await node.status(token), revokes ? 401 : 200, name);
      for (const another of [later, bob]) assert.equal(await node.status(another), 200, name);
    }
    assert.equal(await node.status(accessToken({}, other), 1), 200, "the subject of another issuer");
    const ofType = (type: string): number => node.events.filter((event) => event.type === type).length;
    assert.deepEqual(["provider.subject_revoked", "provider.event_recorded", "provider.event_ignored"].map(ofType), [6, 4, 3]);
    assert.deepEqual(
      node.events.filter(({ type }) => type === "provider.event_ignored").map((event) => "reason" in event && event.reason),
      ["unknown_event", "unknown_subject", "another_issuers_subject"],
    );
    assert.ok(!JSON.stringify(node.events).includes("alice@example.com"));
  });

  test("ends a session, a client or one token", async (t) => {
    const node = await opened(t, await database.open(t));
    const { issuer: iss } = issuer;
    const send = async (sub_id: object): Promise<void> => {
      assert.equal((await push(node.api, securityEvent(issuer, { sub_id }))).status, 202);
    };
    for (const [sub_id, ended, going] of [
      [{ format: "opaque", id: "s1" }, { sid: "s1" }, { sid: "s2" }],
      [{ format: "jwt_id", iss, jti: "t1" }, { jti: "t1" }, { jti: "t2" }],
      [{ format: "complex", application: { format: "opaque", id: "web" } }, { client_id: "web" }, { client_id: "job" }],
      [{ format: "complex", user: { format: "iss_sub", iss, sub: "bob" } }, { sub: "bob" }, { sub: "carol" }],
    ] as const) {
      const [one, another] = [accessToken({ jti: "t0", ...ended }), accessToken({ jti: "t0", ...going })];
      assert.deepEqual([await node.status(one), await node.status(another)], [200, 200]);
      await send(sub_id);
      assert.deepEqual([await node.status(one), await node.status(another)], [401, 200], JSON.stringify(sub_id));
    }
  });

  test("of long ago ends the tokens that were issued until then, and not those of a later sign-in", async (t) => {
    const node = await opened(t, await database.open(t));
    const [before, after] = [accessToken({ iat: f.now - 3600 }), accessToken({ iat: f.now - 3598 })];
    const events = { [`${risc}sessions-revoked`]: { event_timestamp: f.now - 3599 } };
    assert.equal((await push(node.api, securityEvent(issuer, { events }))).status, 202);
    assert.deepEqual([await node.status(before), await node.status(after)], [401, 200]);
  });

  test("of a transmitter may be about the tokens of the issuers that it speaks about, and no others", async (t) => {
    const db = await database.open(t);
    const about = { ...senderOf(issuer, receiverId), subjectIssuers: [other.issuer] } as const;
    const node = await opened(t, db, { push: [about] });
    const [mine, theirs] = [accessToken(), accessToken({}, other)];
    for (const iss of [issuer.issuer, other.issuer]) {
      assert.equal((await push(node.api, securityEvent(issuer, { sub_id: { format: "iss_sub", iss, sub: "alice" } }))).status, 202);
    }
    assert.deepEqual([await node.status(mine), await node.status(theirs, 1)], [200, 401]);
  });
});

describeOnEach("a stream that every node polls", (database) => {
  test("has one effect for each event, and both nodes refuse", async (t) => {
    const db = await database.open(t);
    const sets = { e1: securityEvent(issuer, { jti: "e1" }), e2: securityEvent(issuer, { jti: "e2", aud: "another" }) };
    const told: { ack?: readonly string[]; setErrs?: Readonly<Record<string, { readonly err: string }>> }[] = [];
    issuer.answers["/poll"] = (asked, response) => {
      assert.equal(asked.authorization, "Bearer a token of the stream");
      // The fixture reads bodies as forms.
      const poll = JSON.parse([...asked.form.keys()][0] ?? "") as (typeof told)[number];
      if (poll.ack !== undefined || poll.setErrs !== undefined) told.push(poll);
      json({ sets: poll.ack === undefined && poll.setErrs === undefined ? sets : {} })(asked, response);
    };
    const token = accessToken();
    const stream = {
      transmitter: senderOf(issuer, receiverId),
      endpoint: `${issuer.origin}/poll`,
      token: secret("a token of the stream"),
    };
    const { logout } = options();
    const only = { logout, poll: [stream], push: undefined } as unknown as ProviderEventsOptions;
    const nodes = [await opened(t, db, only), await opened(t, db, only)];
    await eventually(
      () => nodes.some(({ events }) => events.some(({ type }) => type === "provider.subject_revoked")),
      30_000,
      "the event",
    );
    await eventually(() => told.length > 0, 30_000, "an acknowledgement");
    for (const poll of told) {
      assert.deepEqual(poll.ack, ["e1"]);
      assert.equal(poll.setErrs?.["e2"]?.err, "invalid_audience");
    }
    // The second node knew the event, or had it first.
    for (const { received } of nodes) await received.close();
    const revoked = nodes.flatMap(({ events }) => events).filter(({ type }) => type === "provider.subject_revoked");
    assert.deepEqual([revoked.length, (await entries(db)).length, await spent(db)], [1, 1, 1]);
    for (const node of nodes) await eventually(async () => (await node.status(token)) === 401, 30_000, "the node refuses");
  });
});

describeOnEach("the transaction of an event", (database) => {
  /** An application that keeps accounts, and whose first attempts fail. */
  async function openedWithAccounts(t: TestContext, failures: (Error | undefined)[]) {
    const db = await database.open(t);
    await db.transaction(() => all(createApp));
    const node = await opened(t, db, {
      onEvent: function* (event: ProviderEvent) {
        for (const target of event.type === "account-disabled" ? event.targets : []) {
          if (target.kind === "subject") yield* all(disable, { sub: target.sub });
        }
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
      },
    });
    return { db, node, accounts: async () => (await db.run(all(disabled))).map((row) => textOf(row, "sub")) };
  }

  test("includes the application's part, and nothing remains if that fails: the event comes again", async (t) => {
    t.mock.method(console, "error", () => {});
    const failures = [new TypeError("a bug"), new Unavailable("away"), undefined];
    const { db, node, accounts } = await openedWithAccounts(t, failures);
    const [set, token] = [securityEvent(issuer, { events: { [`${risc}account-disabled`]: {} } }), accessToken()];
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const answer = await push(node.api, set);
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      assert.deepEqual([await accounts(), await entries(db), await spent(db)], [[], [], 0]);
      assert.deepEqual(await db.run(listEvents({ limit: 10 })), []);
      assert.equal(await node.status(token), 200);
    }
    assert.equal((await push(node.api, set)).status, 202);
    assert.deepEqual([await accounts(), (await entries(db)).length, await spent(db)], [["alice"], 1, 1]);
    assert.equal(await node.status(token), 401);
    // Once more: it is acknowledged and has no effect.
    assert.equal((await push(node.api, set)).status, 202);
    assert.deepEqual([await accounts(), (await entries(db)).length], [["alice"], 1]);
  });

  test("hears of every event, also of one that ends nothing", async (t) => {
    const heard: string[] = [];
    const db = await database.open(t);
    await db.transaction(() => all(createApp));
    const node = await opened(t, db, {
      onEvent: function* ({ type, revokes, state }) {
        yield* all(disabled);
        heard.push(`${type} ${revokes} ${state}`);
      },
    });
    for (const [name, payload] of [
      [`${ssf}verification`, { state: "abc" }],
      [`${risc}account-enabled`, {}],
      ["x:y", {}],
    ] as const)
      assert.equal((await push(node.api, securityEvent(issuer, { events: { [name]: payload } }))).status, 202);
    await sendLogout(node.api, logoutToken(issuer));
    assert.deepEqual(heard, [
      "verification false abc",
      "account-enabled false undefined",
      "unknown false undefined",
      "logout true undefined",
    ]);
  });

  test("fails if the application's part is not work on the database", async (t) => {
    t.mock.method(console, "error", () => {});
    const node = await opened(t, await database.open(t), { onEvent: (async () => {}) as never });
    assert.equal((await push(node.api, securityEvent(issuer))).status, 503);
    assert.equal(await node.status(accessToken()), 200);
  });
});

describeOnEach("tokens that are refused", (database) => {
  test("are reported, and a flood of them adds a few rows and causes one fetch of keys (M-13)", async (t) => {
    const db = await database.open(t);
    const minutes = new Minutes(t, db, { maxWaiting: 10_000 });
    const node = await opened(t, db, {}, { audit: new Auditor(minutes.table.sink, clock) });
    assert.equal((await sendLogout(node.api, logoutToken(issuer))).status, 200);
    const fetched = issuer.asked.length;
    for (let count = 0; count < 500; count += 1) {
      const header = { kid: `k${count + 10}` };
      assert.ok([400, 503].includes((await sendLogout(node.api, logoutToken(issuer, { iss: `https://${count}.test` }))).status));
      assert.ok([400, 503].includes((await push(node.api, securityEvent(issuer, { iat: f.now - 100 }, header))).status));
    }
    // One for each of the two endpoints, whose keys are apart.
    assert.ok(issuer.asked.length <= fetched + 2);
    const rows = await minutes.rows();
    assert.equal(rows.filter(({ type }) => type === "provider.subject_revoked").length, 1);
    const refused = rows.filter(({ type }) => type === "provider.event_refused");
    assert.equal(sum(refused), 1000);
    assert.ok(refused.length <= bound(1), String(refused.length));
    assert.equal((await entries(db)).length, 2);
  });

  test("say how they came, with which code and why, and nothing of the token", async (t) => {
    const node = await opened(t, await database.open(t));
    await sendLogout(node.api, logoutToken(issuer, { aud: "canary" }));
    await push(node.api, securityEvent(issuer, {}, { typ: "JWT" }));
    const token = logoutToken(issuer);
    await sendLogout(node.api, token);
    await sendLogout(node.api, token);
    const refused = node.events
      .filter(({ type }) => type === "provider.event_refused")
      .map(({ id: _id, at: _at, ...event }) => event);
    const about = { outcome: "failure", type: "provider.event_refused" };
    assert.deepEqual(refused, [
      { ...about, via: "backchannel-logout", error: "invalid_audience", reason: "another audience" },
      { ...about, via: "push", error: "invalid_request", reason: "another type of token" },
      { ...about, via: "backchannel-logout", error: "invalid_request", reason: "the token came again" },
    ]);
  });
});

describe("the options of events", () => {
  const bearer = secret("1f0a52bd6c9e4d3788aa01bb5c2e7f94");
  // Nothing is asked of it.
  const services = {
    settings: { audit: {}, database: {}, clock } as never,
    feed: { knows: (name: string) => name === issuer.issuer, isRevoked: () => true },
  };

  test("decide which routes there are", () => {
    const paths = (over: ProviderEventsOptions): readonly string[] =>
      providerEvents(services, over).routes.map(({ template }) => template);
    const logout = [senderOf(issuer, clientId)] as const;
    const pushed = [senderOf(issuer, receiverId)] as const;
    assert.deepEqual(paths({ logout }), ["/auth/backchannel-logout"]);
    assert.deepEqual(paths({ push: pushed, pushBearer: bearer }), ["/auth/security-events"]);
    assert.deepEqual(paths({ logout, push: pushed }), ["/auth/backchannel-logout", "/auth/security-events"]);
  });

  test("are refused if they are wrong, or if the tokens of an issuer are not known", () => {
    const pushed = senderOf(issuer, receiverId);
    for (const wrong of [
      {},
      { logout: [senderOf(other, clientId)] },
      { push: [senderOf(other, receiverId)] },
      { push: [{ ...pushed, subjectIssuers: [issuer.issuer, other.issuer] }] },
      { poll: [{ transmitter: senderOf(other, receiverId), endpoint: `${other.origin}/poll`, token: bearer }] },
      { push: [pushed], tokenLifetimeSeconds: 0 },
      { push: [pushed], tokenLifetimeSeconds: 1.5 },
      { logout: [senderOf(issuer, clientId)], pushBearer: bearer },
      { push: [pushed], mispelt: 1 },
    ])
      assert.throws(() => providerEvents(services, wrong as never), WrongIdentityOption, JSON.stringify(wrong));
    assert.ok(providerEvents(services, { push: [{ ...senderOf(other, receiverId), subjectIssuers: [issuer.issuer] }] }));
  });
});
