/** Several processes of the program on one PostgreSQL: a change in one process applies in all of them. */
import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { request } from "node:http";
import { suite, test, type TestContext } from "node:test";
import { generateIdentityKey } from "lockstep-identity";
import { eventually } from "../../../packages/lockstep/src/testing/eventually.ts";
import { newPostgresUrl } from "./database.fixture.ts";
import { type Ask, answerOf, requestOf } from "./notes.fixture.ts";
import { failToStart, type Program, startDemo, startProgram } from "./program.fixture.ts";

/** The longest time to wait for an event. It is so long that no machine is too slow. */
const soonMs = 30_000;
const email = "root@example.com";
const password = "seventeen purple walruses";
/** The headers of a proxy that terminates TLS, because cookies are set only over TLS. */
const behindProxy = { "x-forwarded-proto": "https", "sec-fetch-site": "same-origin" };

/** Returns the settings that all processes of one installation have in common. */
async function installation(t: TestContext): Promise<Readonly<Record<string, string>>> {
  return {
    DATABASE_URL: await newPostgresUrl(t),
    IDENTITY_KEY: generateIdentityKey().reveal(),
    NOTES_ISSUER: "https://notes.test",
    NOTES_ADMIN_EMAIL: email,
    NOTES_ADMIN_PASSWORD: password,
    TRUSTED_PROXIES: "1",
  };
}

async function ask({ url }: Pick<Program, "url">, method: string, path: string, ask: Ask = {}) {
  const headers = { ...behindProxy, ...ask.headers };
  return answerOf(await fetch(`${url}${path}`, requestOf(method, { ...ask, headers })));
}

async function status(program: Pick<Program, "url">, credential: Ask): Promise<number> {
  return (await ask(program, "GET", "/me", credential)).status;
}

/** One credential of each kind. */
interface Credentials {
  readonly token: string;
  readonly refresh: string;
  readonly cookie: string;
  readonly key: string;
  readonly keyId: string;
}

async function signIn(program: Program): Promise<Credentials> {
  const tokens = await ask(program, "POST", "/auth/token", { form: { grant_type: "password", username: email, password } });
  assert.equal(tokens.status, 200, tokens.text);
  const session = await ask(program, "POST", "/auth/session", { form: { username: email, password } });
  assert.equal(session.status, 200, session.text);
  const cookie = session.headers.getSetCookie().find((each) => each.startsWith("__Host-session="));
  const token = String(tokens.body["access_token"]);
  const made = await ask(program, "POST", "/auth/api-keys", { token, json: { name: "ci", scopes: ["notes:read"] } });
  assert.equal(made.status, 201, made.text);
  return {
    token,
    refresh: String(tokens.body["refresh_token"]),
    cookie: cookie?.split(";")[0] ?? "",
    key: String(made.body["key"]),
    keyId: String(made.body["id"]),
  };
}

/** Waits until another process refuses a revoked credential. */
function isRefused(program: Program, credential: Ask): Promise<void> {
  return eventually(async () => (await status(program, credential)) === 401, soonMs, "it is refused");
}

suite("three processes on three ports", () => {
  test("start at once on an empty database, with one administrator, one key set and one history", async (t) => {
    const settings = await installation(t);
    const programs = await Promise.all([1, 2, 3].map(() => startProgram(t, [], settings)));
    const sets = await Promise.all(programs.map(async (program) => (await ask(program, "GET", "/.well-known/jwks.json")).text));
    assert.equal(new Set(sets).size, 1);
    const [a, b] = programs;
    assert.ok(a && b);
    const { token } = await signIn(a);
    const { body } = await ask(b, "GET", "/admin/users", { token });
    assert.deepEqual(
      (body["items"] as readonly { email: string }[]).map((user) => user.email),
      [email],
    );
  });

  test("a user who signs in on one is known to the others, by token, refresh token, session and API key (M-02)", async (t) => {
    const settings = await installation(t);
    const a = await startProgram(t, [], settings);
    const [b, c] = await Promise.all([startProgram(t, [], settings), startProgram(t, [], settings)]);
    const { token, refresh, cookie, key, keyId } = await signIn(a);
    for (const program of [a, b, c]) {
      for (const credential of [{ token }, { cookie }]) assert.equal(await status(program, credential), 200);
      assert.equal((await ask(program, "GET", "/notes", { key })).status, 200);
    }
    const form = { grant_type: "refresh_token", refresh_token: refresh };
    const next = await ask(b, "POST", "/auth/token", { form });
    assert.equal(await status(c, { token: String(next.body["access_token"]) }), 200);
    const note = await ask(b, "POST", "/notes", { token, json: { text: "written on b" } });
    assert.equal((await ask(c, "GET", note.headers.get("location") ?? "", { cookie })).status, 200);

    // A credential that ends on one process is refused by the others.
    assert.equal((await ask(a, "POST", "/auth/logout", { token })).status, 204);
    assert.equal(await status(a, { token }), 401, "at once on the process that ended it");
    await Promise.all([b, c].map((program) => isRefused(program, { token })));
    assert.equal(await status(b, { cookie }), 200, "the control: another sign-in stays");
    assert.equal((await ask(b, "DELETE", `/auth/api-keys/${keyId}`, { cookie })).status, 204);
    for (const program of [a, b, c]) assert.equal((await ask(program, "GET", "/notes", { key })).status, 401);
    assert.equal((await ask(c, "POST", "/auth/logout", { cookie })).status, 204);
    for (const program of [a, b, c]) assert.equal(await status(program, { cookie }), 401);
    const again = await ask(a, "POST", "/auth/token", { form: { ...form, refresh_token: String(next.body["refresh_token"]) } });
    assert.deepEqual([again.status, again.body["error"]], [400, "invalid_grant"]);
  });

  test("revoked credentials stay revoked if the process that revoked them is killed at once and started again", async (t) => {
    const settings = await installation(t);
    const a = await startProgram(t, [], settings);
    const b = await startProgram(t, [], settings);
    const { token, cookie, key, keyId } = await signIn(a);
    const other = await signIn(a);
    for (const program of [a, b]) assert.equal(await status(program, { token }), 200, "the control");
    const ended = await Promise.all([
      ask(a, "POST", "/auth/logout", { token }),
      ask(a, "POST", "/auth/logout", { cookie }),
      ask(a, "DELETE", `/auth/api-keys/${keyId}`, { token: other.token }),
    ]);
    a.process.kill("SIGKILL");
    assert.deepEqual(
      ended.map((answer) => answer.status),
      [204, 204, 204],
    );
    assert.equal(await a.ended, null);
    const restarted = await startProgram(t, [], settings);
    for (const program of [restarted, b]) {
      if (program === b) await isRefused(program, { token });
      assert.equal(await status(program, { token }), 401);
      assert.equal(await status(program, { cookie }), 401);
      assert.equal((await ask(program, "GET", "/notes", { key })).status, 401);
      assert.equal(await status(program, { token: other.token }), 200, "the control: a token that was not revoked");
      assert.equal(await status(program, { cookie: other.cookie }), 200, "the control");
    }
  });
});

test("demos that start at once can share one database, with the same password and key", async (t) => {
  const settings = { DATABASE_URL: await newPostgresUrl(t), NOTES_ISSUER: "http://localhost:3000", NOTES_DEMO_PASSWORD: password };
  const start = (more: Readonly<Record<string, string>>) => startProgram(t, ["--env-file=demo.env"], { ...settings, ...more });
  // Each start creates a key of its own, and only the last one stays valid.
  const first = await Promise.all([start({}), start({})]);
  const NOTES_DEMO_API_KEY = first[0].lines.get("API key") ?? "";
  for (const program of first) program.process.kill("SIGKILL");
  const programs = await Promise.all([1, 2, 3].map(() => start({ NOTES_DEMO_API_KEY })));
  const form = { grant_type: "password", username: "alice@example.com", password };
  for (const program of programs) {
    assert.equal((await ask(program, "GET", "/v1/data", { key: NOTES_DEMO_API_KEY })).status, 200);
    const { body } = await ask(program, "POST", "/auth/token", { form });
    for (const other of programs) assert.equal(await status(other, { token: String(body["access_token"]) }), 200);
  }
});

/** Sends a request on a new connection, so the system chooses a process again. Returns the status. */
function statusOnNewConnection(url: string, { token }: Ask): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    request(`${url}/me`, { agent: false, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  // A server that listens on a port has an address with a port.
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Counts the requests that a process has refused, from its log. */
function refusals(program: Program): number {
  return program.errors().split("authentication.").length - 1;
}

const isElsewhere = process.platform !== "linux" && "REUSE_PORT hands connections to all processes on Linux only";

suite("two processes on two ports, without NOTES_ISSUER", () => {
  test("accept each other's tokens and see each other's revocations, as npm start on one PostgreSQL starts them", async (t) => {
    const shared = { DATABASE_URL: await newPostgresUrl(t), NOTES_DEMO_PASSWORD: password };
    const ports = [await freePort(), await freePort()].map(String);
    assert.notEqual(ports[0], ports[1]);
    // Both start at once, so the first start is whichever is first.
    const [a, b] = await Promise.all(ports.map((PORT) => startDemo(t, { ...shared, PORT })));
    assert.ok(a && b);
    assert.notEqual(a.url, b.url);
    const form = { grant_type: "password", username: "alice@example.com", password };
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const signedIn = await ask(one, "POST", "/auth/token", { form });
      assert.equal(signedIn.status, 200, signedIn.text);
      const token = String(signedIn.body["access_token"]);
      for (const each of [one, other]) assert.equal(await status(each, { token }), 200);
      assert.equal((await ask(other, "POST", "/auth/logout", { token })).status, 204);
      assert.equal(await status(other, { token }), 401);
      await isRefused(one, { token });
    }
  });

  test("refuse to start with another issuer than that of the database, and say which to set", async (t) => {
    const { NOTES_ISSUER: _issuer, ...settings } = await installation(t);
    const first = await startProgram(t, [], { ...settings, PORT: String(await freePort()) });
    const failed = await failToStart({ ...settings, NOTES_ISSUER: "https://other.test" });
    assert.notEqual(failed.code, 0);
    assert.equal(failed.output, "");
    assert.ok(failed.errors.includes(`Set NOTES_ISSUER to ${first.url}: the database belongs to it.`), failed.errors);
    // The control: with the issuer that the message names, it starts.
    const second = await startProgram(t, [], { ...settings, NOTES_ISSUER: first.url });
    const { token } = await signIn(first);
    assert.equal(await status(second, { token }), 200);
  });
});

suite("two processes behind one port", { skip: isElsewhere }, () => {
  test("share the work, both refuse a user who signs out on either, and one goes on without the other", async (t) => {
    const settings = { ...(await installation(t)), REUSE_PORT: "1", PORT: String(await freePort()) };
    const a = await startProgram(t, [], settings);
    const b = await startProgram(t, [], settings);
    assert.equal(a.url, b.url);
    const tries = Array.from({ length: 60 }, () => ({}));
    const { token } = await signIn(a);
    const statuses = () => Promise.all(tries.map(() => statusOnNewConnection(a.url, { token })));
    assert.deepEqual(new Set(await statuses()), new Set([200]));

    assert.equal((await ask(a, "POST", "/auth/logout", { token })).status, 204);
    const areRefused = async () => (await statuses()).every((found) => found === 401);
    await eventually(areRefused, soonMs, "both refuse it");
    assert.ok(refusals(a) > 0 && refusals(b) > 0, `both have answered: ${refusals(a)}, ${refusals(b)}`);

    const { token: another, cookie } = await signIn(a);
    a.process.kill("SIGTERM");
    assert.equal(await a.ended, 0);
    const onB = await Promise.all(tries.map(() => statusOnNewConnection(b.url, { token: another })));
    assert.deepEqual(new Set(onB), new Set([200]));
    assert.equal(await status(b, { cookie }), 200);
  });
});
