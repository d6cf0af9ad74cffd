/** The program from outside: its output, its end, and why it does not start. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { generateIdentityKey } from "lockstep-identity";
import { answerOf, requestOf } from "./notes.fixture.ts";
import { failToStart, failToStartDelegated, type Program, startProgram } from "./program.fixture.ts";

const demoFile = "--env-file=demo.env";
const password = "seventeen purple walruses";
const production = {
  IDENTITY_KEY: generateIdentityKey().reveal(),
  NOTES_ADMIN_EMAIL: "root@example.com",
  NOTES_ADMIN_PASSWORD: password,
};

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "notes-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function signIn(url: string, username: string, password: string): Promise<string> {
  const form = { grant_type: "password", username, password };
  const { body } = await answerOf(await fetch(`${url}/auth/token`, requestOf("POST", { form })));
  return String(body["access_token"]);
}

async function statusOf(url: string, token?: string): Promise<number> {
  const response = await fetch(url, requestOf("GET", token === undefined ? {} : { token }));
  await response.arrayBuffer();
  return response.status;
}

suite("the demo", () => {
  test("npm start starts the demo, and first prints its address and credentials", async (t) => {
    const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    assert.equal(scripts.start, `node --conditions=lockstep-source ${demoFile} src/main.ts`);
    const program = await startProgram(t, [demoFile], {});
    const { url, lines } = program;
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual([...lines.keys()], ["Notes", "Docs", "Password", "API key", "Accounts"]);
    assert.equal(lines.get("Docs"), `${url}/docs`);
    for (const path of ["/docs", "/openapi.json"]) assert.equal(await statusOf(`${url}${path}`), 200, path);
    assert.equal(program.errors(), "");

    for (const [email, adminStatus] of [
      ["alice@example.com", 403],
      ["bob@example.com", 403],
      ["admin@example.com", 200],
    ] as const) {
      const token = await signIn(url, email, lines.get("Password") ?? "");
      assert.equal(await statusOf(`${url}/private`, token), 200, email);
      assert.equal(await statusOf(`${url}/admin/users`, token), adminStatus, email);
    }
    const data = await fetch(`${url}/v1/data`, requestOf("GET", { key: lines.get("API key") ?? "" }));
    assert.deepEqual(await data.json(), { data: "demo client" });
  });

  test("accounts, notes and tokens survive a restart, and the password and the key can be set", async (t) => {
    const DATABASE_URL = `sqlite:${join(temporary(t), "deep/notes.db")}`;
    const NOTES_ISSUER = "http://localhost:3000";
    const first = await startProgram(t, [demoFile], { DATABASE_URL, NOTES_ISSUER });
    const token = await signIn(first.url, "alice@example.com", first.lines.get("Password") ?? "");
    const written = await fetch(`${first.url}/notes`, requestOf("POST", { token, json: { text: "kept" } }));
    const location = written.headers.get("location") ?? "";
    first.process.kill("SIGINT");
    assert.equal(await first.ended, 0);

    const NOTES_DEMO_API_KEY = first.lines.get("API key") ?? "";
    const second = await startProgram(t, [demoFile], {
      DATABASE_URL,
      NOTES_ISSUER,
      NOTES_DEMO_PASSWORD: password,
      NOTES_DEMO_API_KEY,
    });
    assert.deepEqual([second.lines.get("Password"), second.lines.get("API key")], [password, NOTES_DEMO_API_KEY]);
    assert.equal(await statusOf(`${second.url}${location}`, token), 200);
    assert.equal(await statusOf(`${second.url}${location}`, await signIn(second.url, "alice@example.com", password)), 200);
    const data = await fetch(`${second.url}/v1/data`, requestOf("GET", { key: NOTES_DEMO_API_KEY }));
    assert.equal(data.status, 200);
  });
});

suite("production", () => {
  test("has the first administrator, no demo data, documentation for administrators only, and its log on standard error", async (t) => {
    const program = await startProgram(t, [], production);
    const { url, lines, output } = program;
    assert.deepEqual([...lines.keys()], ["Notes"]);
    assert.ok(!output().includes(password));
    for (const path of ["/docs", "/openapi.json"]) assert.equal(await statusOf(`${url}${path}`), 401, path);
    const token = await signIn(url, "root@example.com", password);
    const { body } = await answerOf(await fetch(`${url}/admin/users`, requestOf("GET", { token })));
    assert.ok(Array.isArray(body["items"]) && body["items"].length === 1);
    assert.equal(await signIn(url, "alice@example.com", password), "undefined");
    program.process.kill("SIGTERM");
    assert.equal(await program.ended, 0);
    const events = program
      .errors()
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line).audit.type);
    assert.deepEqual(events, [
      "signing_key.created",
      "account.created",
      "authentication.absent",
      "authentication.absent",
      "sign_in.succeeded",
      "token.issued",
      "sign_in.failed",
      "token.refused",
    ]);
  });
});

test("a signal lets a request in flight finish, takes no new one, and ends with 0", async (t) => {
  const program = await startProgram(t, [demoFile], {});
  const { url, lines } = program;
  const token = await signIn(url, "alice@example.com", lines.get("Password") ?? "");
  const slow = request(`${url}/notes`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", expect: "100-continue" },
  });
  slow.flushHeaders();
  // The server asks for the body after the guards have passed.
  await once(slow, "continue");
  slow.write('{"text":');
  program.process.kill("SIGTERM");
  while (await isListening(program)) await new Promise((resolve) => setTimeout(resolve, 20));
  program.process.kill("SIGTERM");
  slow.end('"finished"}');
  const [response] = await once(slow, "response");
  response.resume();
  assert.equal(response.statusCode, 201);
  assert.equal(await program.ended, 0);
  assert.equal(program.errors(), "");
});

async function isListening({ url }: Program): Promise<boolean> {
  try {
    await statusOf(`${url}/health`);
    return true;
  } catch {
    return false;
  }
}

/** `settings.test.ts` has every other refused setting. All of them end in the same way. */
suite("a wrong start ends with one sentence on standard error and exit code 1", { concurrency: 2 }, () => {
  const refuses = (
    name: string,
    sentence: RegExp,
    settings: (t: TestContext) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>,
  ): void => {
    test(name, async (t) => {
      const { code, output, errors } = await failToStart(await settings(t));
      assert.equal(code, 1);
      assert.equal(output, "");
      assert.match(errors, sentence);
      assert.equal(errors.trimEnd().split("\n").length, 1, errors);
    });
  };

  refuses("a port in use", /^Set PORT to another port: port \d+ of 127\.0\.0\.1 is in use\.$/m, async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    t.after(() => other.close());
    // A server that listens on a port has an address with a port.
    return { NOTES_DEMO: "1", PORT: String((other.address() as AddressInfo).port) };
  });
  test("npm run start:delegated with a port that cannot be used", async () => {
    const provider = await failToStartDelegated({ PROVIDER_PORT: "99999" });
    assert.deepEqual([provider.code, provider.output], [1, ""]);
    assert.match(provider.errors, /^Set PROVIDER_PORT to a free port .*\.$/m);
    const program = await failToStartDelegated({ PORT: "none" });
    assert.deepEqual([program.code, program.output], [1, ""]);
    assert.match(program.errors, /^Set PORT to a whole number/m);
  });
  refuses(
    "a file that is not a database",
    /^Set DATABASE_URL to another database, .* cannot be opened \(file is not a database\)\.$/m,
    (t) => {
      const file = join(temporary(t), "notes.db");
      writeFileSync(file, "no database at all, just text that is long enough to be looked at");
      return { NOTES_DEMO: "1", DATABASE_URL: `sqlite:${file}` };
    },
  );
  refuses(
    "a PostgreSQL that does not answer",
    /^Set DATABASE_URL to another database, .*: 127\.0\.0\.1:1\/notes cannot be opened/,
    () => ({
      NOTES_DEMO: "1",
      DATABASE_URL: "postgres://127.0.0.1:1/notes",
    }),
  );
  refuses("the demo on every address", /^Set HOST to 127\.0\.0\.1, .*: the demo is for this machine only/, () => ({
    NOTES_DEMO: "1",
    HOST: "0.0.0.0",
  }));
  refuses("production without a key", /^Set IDENTITY_KEY to/, () => ({}));
  refuses(
    "a malformed key",
    /^Make a key with `lockstep-identity generate-key`: IDENTITY_KEY is not 32 bytes in base64url\.$/m,
    () => ({
      ...production,
      IDENTITY_KEY: "changeme",
    }),
  );
});
