import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import { issueDevice } from "../throttle/device-cookie.ts";
import { type Desk, type DeskOptions, type Fields, openDesk, password, refused } from "./token-desk.fixture.ts";

const right: Fields = { grant_type: "password", username: "alice@example.com", password };

describeOnEach("The password grant", (database) => {
  async function open(t: Parameters<typeof openDesk>[0], options?: DeskOptions): Promise<Desk> {
    return openDesk(t, await database.open(t), options);
  }

  test("the password grant returns both tokens, in an answer that no cache may store", async (t) => {
    const desk = await open(t);
    const answer = await desk.token(right);
    assert.equal(answer.status, 200, answer.text);
    const { access_token: access, refresh_token: refresh, ...others } = answer.body;
    assert.deepEqual(others, { token_type: "bearer", expires_in: 600, scope: "notes:read notes:write account" });
    assert.match(String(refresh), /^[A-Za-z0-9_-]{43}$/);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("pragma"), "no-cache");
    const claims = await desk.tokens.verifyFresh(new Redacted(String(access)));
    assert.deepEqual(
      [claims.sub, claims.scope, claims.client_id],
      [desk.alice.id, "notes:read notes:write account", "first_party"],
    );
    const sessions = await desk.sessions.list(desk.alice.id, { limit: 10 });
    assert.deepEqual(
      sessions.map(({ id, kind }) => [id, kind]),
      [[claims.sid, "tokens"]],
    );
    for (const type of ["sign_in.succeeded", "token.issued"])
      assert.ok(
        desk.events.some((event) => event.type === type),
        type,
      );
  });

  test("a wrong password, an unknown and a disabled account get the same invalid_grant, and no session", async (t) => {
    const desk = await open(t);
    await desk.accounts
      .create({ email: "bob@example.com", password: new Redacted(password) })
      .then(({ id }) => desk.accounts.disable(id));
    const attempts = [
      { password: "wrong" },
      { username: "nobody@example.com" },
      { username: "bob@example.com" },
      { username: "\u0000" },
      { username: "x".repeat(10_000) },
    ];
    const answers = await Promise.all(attempts.map((change) => desk.token({ ...right, ...change })));
    for (const answer of answers) refused(answer, "invalid_grant");
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal((await desk.sessions.list(desk.alice.id, { limit: 10 })).length, 0);
    assert.equal((await desk.token(right)).status, 200);
  });

  test("too many wrong passwords are 429, with an OAuth error", async (t) => {
    const desk = await open(t);
    for (let tried = 0; tried < 5; tried += 1) refused(await desk.token({ ...right, password: "wrong" }), "invalid_grant");
    const limited = await desk.token({ ...right, password: "wrong" });
    refused(limited, "temporarily_unavailable", 429);
    assert.ok(Number(limited.headers.get("retry-after")) > 0);
  });

  test("the password grant is unsupported unless the service turns it on (A-27)", async (t) => {
    const desk = await open(t, { settings: { passwordGrant: false } });
    refused(await desk.token(right), "unsupported_grant_type");
    assert.equal((await (await open(t)).token(right)).status, 200);
  });

  test("a client must be allowed to use the password grant, and authenticate if it is confidential (A-27)", async (t) => {
    const desk = await open(t);
    const web = await desk.client({ id: "web", grants: ["password"] });
    const svc = await desk.client({ grants: ["client_credentials"] });
    refused(await desk.token({ ...right, client_id: "web" }), "invalid_client", 401);
    refused(await desk.token(right, svc.basic), "unauthorized_client");
    assert.equal((await desk.token(right, web.basic)).status, 200);
  });

  test("an unknown scope costs no hash and is not counted as an attempt (A-43)", async (t) => {
    const desk = await open(t);
    for (let tried = 0; tried < 10; tried += 1)
      refused(await desk.token({ ...right, password: "wrong", scope: "admin" }), "invalid_scope");
    assert.equal((await desk.token(right)).status, 200);
    assert.ok(!desk.events.some(({ type }) => type === "sign_in.failed"));
  });

  test("the device cookie of a browser reaches the throttle", async (t) => {
    const desk = await open(t);
    for (let tried = 0; tried < 5; tried += 1) await desk.token({ ...right, password: "wrong" });
    refused(await desk.token(right), "temporarily_unavailable", 429);
    const cookie = `__Host-device=${issueDevice(desk.settings, desk.alice.id)}`;
    assert.equal((await desk.token(right, { cookie })).status, 200);
  });

  test("a sign-in whose password is replaced meanwhile gets no token", async (t) => {
    const desk = await open(t);
    const { throttle } = desk;
    const original = throttle.signIn.bind(throttle);
    throttle.signIn = (attempt, work) =>
      original(attempt, async (place) => {
        const result = await work(place);
        // The password was right, and the session has not begun.
        await desk.accounts.setPassword(desk.alice.id, { password: new Redacted(`${password} too`) });
        return result;
      });
    refused(await desk.token(right), "invalid_grant");
    assert.equal((await desk.sessions.list(desk.alice.id, { limit: 10 })).length, 0);
  });
});
