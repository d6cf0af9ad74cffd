import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test, type TestContext } from "node:test";
import { type Answer, type Ask, type IdentityApi, openIdentityApi, password, reveal, textIn } from "./identity.fixture.ts";
import { openLine } from "./revocation/cut.fixture.ts";
import { eventually } from "./revocation/node-process.fixture.ts";
import { newPostgresUrl, patientTimes } from "./store/database.fixture.ts";
import { openPostgres } from "./store/postgres/index.ts";
import { openSqlite } from "./store/sqlite/index.ts";

type Request = readonly [method: string, path: string, ask: Ask];

/** A request of every kind. Each succeeds while the database is there. */
async function requestsOf(app: IdentityApi): Promise<readonly Request[]> {
  const { account, administrators, auth, ask, session, serviceAccount, signIn } = app;
  const alice = await account("alice");
  administrators.add(alice.id);
  const service = await serviceAccount();
  const { access: token, refresh } = await signIn(alice);
  const cookie = await session(alice);
  const key = reveal(
    (await auth.apiKeys.create({ owner: { account: alice.id }, name: "mine", scopes: ["notes:read"] }, ["notes:read"])).key,
  );
  const own = textIn(
    await ask("POST", "/auth/token", { form: { grant_type: "client_credentials" }, basic: service }),
    "access_token",
  );
  const email = alice.email;
  return [
    ["GET", "/fresh", { token }],
    ["GET", "/me", { cookie }],
    ["GET", "/notes", { key }],
    ["POST", "/auth/token", { form: { grant_type: "password", username: email, password } }],
    ["POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: refresh } }],
    ["POST", "/auth/token", { form: { grant_type: "client_credentials" }, basic: service }],
    ["POST", "/auth/session", { form: { username: email, password } }],
    ["GET", "/auth/sessions", { cookie }],
    ["GET", "/auth/account", { token }],
    ["GET", "/auth/api-keys", { token }],
    ["POST", "/auth/api-keys", { token, json: { name: "another", scopes: [] } }],
    ["POST", "/auth/register", { json: { email: "new@example.com", password: "lagoon 41 whisper anvil" } }],
    ["POST", "/auth/password/forgot", { json: { email } }],
    ["GET", "/auth/accounts", { token }],
    ["GET", "/auth/service-accounts", { cookie }],
    ["POST", "/auth/introspect", { form: { token: refresh }, token: own }],
    ["POST", "/auth/revoke", { form: { token: refresh } }],
    ["POST", "/auth/logout", { cookie }],
  ];
}

function assertAway({ status, headers, text }: Answer, what: string): void {
  assert.equal(status, 503, `${what}: ${text}`);
  assert.match(headers.get("retry-after") ?? "", /^[1-9]\d*$/, what);
  assert.equal(headers.get("cache-control"), "no-store", what);
}

async function openAway(t: TestContext) {
  const line = await openLine(t, await newPostgresUrl(t));
  // Time passes while the database is away, and at no other time.
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const database = openPostgres(line.url, patientTimes);
  t.after(() => database.close());
  const app = await openIdentityApi(t, database, { revocation: { pollMs: 1e9 } });
  // Registered before the line is cut, so a test that ends early can close everything.
  t.after(() => line.heal());
  return { line, app };
}

/** Waits for an answer, and lets pass whatever time it waits for. */
async function answerInTime(t: TestContext, asking: Promise<Answer>): Promise<Answer> {
  let isAnswered = false;
  const answer = asking.finally(() => (isAnswered = true));
  const passing = (): boolean => {
    if (!isAnswered) t.mock.timers.tick(10_000);
    return isAnswered;
  };
  await eventually(passing, 30_000, "it is answered");
  return answer;
}

describe("a PostgreSQL that is away", () => {
  for (const cut of ["refuse", "vanish"] as const) {
    test(`${cut}: every kind of request is 503 with Retry-After, changes nothing, and works again without a restart`, async (t) => {
      const { line, app } = await openAway(t);
      const requests = await requestsOf(app);
      line[cut]();
      for (const [method, path, ask] of requests)
        assertAway(await answerInTime(t, app.ask(method, path, ask)), `${method} ${path}`);
      // A route that needs no database still answers.
      assert.equal((await app.ask("GET", "/open")).status, 200);
      line.heal();
      // What still waits for an answer in vain is over.
      t.mock.timers.tick(2 * patientTimes.statementTimeoutMs);
      const isBack = async () => (await app.ask("GET", "/fresh", requests[0]?.[2])).status === 200;
      await eventually(isBack, 30_000, "the database is back");
      for (const [method, path, ask] of requests) {
        const { status, text } = await app.ask(method, path, ask);
        assert.ok(status >= 200 && status < 300, `${method} ${path}: ${status} ${text}`);
      }
      assert.deepEqual(app.errors, []);
      // One for each of the two keys, one for the registration and one for the lost password.
      await eventually(() => app.mails.length >= 4, 30_000, "the messages are sent");
      assert.equal(app.mails.length, 4, "nothing was sent while it was away");
    });
  }

  test("an access token is accepted for as long as the copy of the log is valid, then 503, and accepted again afterwards", async (t) => {
    const line = await openLine(t, await newPostgresUrl(t));
    const database = openPostgres(line.url, patientTimes);
    t.after(() => database.close());
    let elapsedMs = 0;
    const app = await openIdentityApi(t, database, { revocation: { monotonicClock: () => elapsedMs } });
    t.after(() => line.heal());
    const { access: token } = await app.signIn(await app.account("alice"));
    assert.equal((await app.ask("GET", "/me", { token })).status, 200, "the control");
    line.refuse();
    assert.equal((await app.ask("GET", "/me", { token })).status, 200);
    elapsedMs += 5001;
    assertAway(await app.ask("GET", "/me", { token }), "/me");
    line.heal();
    await eventually(async () => (await app.ask("GET", "/me", { token })).status === 200, 30_000, "the token is accepted");
  });

  test("starting fails, with nothing left open", async (t) => {
    const line = await openLine(t, await newPostgresUrl(t));
    const database = openPostgres(line.url, patientTimes);
    t.after(() => database.close());
    line.refuse();
    await assert.rejects(openIdentityApi(t, database), { name: "Unavailable" });
    line.heal();
    const app = await openIdentityApi(t, database);
    assert.equal((await app.ask("GET", "/open")).status, 200);
  });
});

describe("a SQLite that is busy", () => {
  test("a request that writes is 503 with Retry-After while another process locks the file, and works again afterwards", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "identity-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const database = openSqlite(join(folder, "app.db"), { busyTimeoutMs: 20 });
    t.after(() => database.close());
    const app = await openIdentityApi(t, database);
    const requests = (await requestsOf(app)).filter(([method, path]) => method === "POST" && path !== "/auth/introspect");
    const other = new DatabaseSync(join(folder, "app.db"));
    t.after(() => other.close());
    other.exec("BEGIN IMMEDIATE");
    for (const [method, path, ask] of requests) {
      const answer = await app.ask(method, path, ask);
      // A token of the client credentials grant is not written to the database. Neither is a link for an unknown address.
      if (ask.basic === undefined) assertAway(answer, `${method} ${path}`);
    }
    other.exec("ROLLBACK");
    for (const [method, path, ask] of requests) {
      const { status, text } = await app.ask(method, path, ask);
      assert.ok(status >= 200 && status < 300, `${method} ${path}: ${status} ${text}`);
    }
    assert.deepEqual(app.errors, []);
  });
});
