/** The database: how a start creates, updates and converts it, and what it prevents. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, test, type TestContext } from "node:test";
import { Redacted } from "lockstep";
import { serveFetch } from "lockstep/fetch";
import { generateIdentityKey, type Identity } from "lockstep-identity";
import { pino } from "pino";
import { notesApi } from "../src/api.ts";
import { claimDatabase, prepareDemo, prepareProduction } from "../src/first-data.ts";
import { moveFirstVersion } from "../src/first-version.ts";
import { openIdentity } from "../src/identity.ts";
import type { NoteScope } from "../src/scopes.ts";
import { readSettings } from "../src/settings.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { newPostgresUrl } from "./database.fixture.ts";
import { answerOf, password, requestOf } from "./notes.fixture.ts";

const silent = pino({ level: "silent" });
const identityKey = generateIdentityKey().reveal();

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "notes-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

interface Opened {
  readonly store: Store;
  readonly auth: Identity<NoteScope>;
  signsIn(email: string, password: Redacted<string>): Promise<boolean>;
  opens(key: Redacted<string>): Promise<boolean>;
}

async function open(t: TestContext, url: string, mode: "demo" | "production" = "demo"): Promise<Opened> {
  const settings = readSettings({ DATABASE_URL: url, IDENTITY_KEY: identityKey, ...(mode === "demo" ? { NOTES_DEMO: "1" } : {}) });
  const store = await openStore(settings.database);
  const audit = (): void => {};
  const auth = await openIdentity({ settings, store, log: silent, audit });
  t.after(async () => {
    await auth.close();
    await store.close();
  });
  const api = notesApi({ store, auth, audit, log: silent, docs: "administrators" });
  const fetch = serveFetch(api, { address: () => "127.0.0.1" });
  const ask = async (method: string, path: string, ask: Parameters<typeof requestOf>[1]) =>
    answerOf(await fetch(new Request(`http://notes.test${path}`, requestOf(method, ask))));
  return {
    store,
    auth,
    signsIn: async (username, word) =>
      (await ask("POST", "/auth/token", { form: { grant_type: "password", username, password: word.reveal() } })).status === 200,
    opens: async (key) => (await ask("GET", "/v1/data", { key: key.reveal() })).status === 200,
  };
}

const kinds = {
  sqlite: async () => "sqlite::memory:",
  postgres: (t: TestContext) => newPostgresUrl(t),
} as const;

test("creates the folder and the file, in WAL mode, for the owner alone, and keeps written data", async (t) => {
  const path = join(folder(t), "deep/er/notes.db");
  const first = await openStore({ kind: "sqlite", path });
  const note = await first.notes.add("alice", "kept");
  const other = new DatabaseSync(path);
  assert.equal(other.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  other.close();
  await first.close();
  const second = await openStore({ kind: "sqlite", path });
  t.after(() => second.close());
  assert.deepEqual(await second.notes.find(note.id), note);
  assert.equal(statSync(join(path, "..")).mode & 0o077, 0);
});

test("a database of a newer version and a file that is not a database are refused and not changed", async (t) => {
  const newer = join(folder(t), "newer.db");
  const db = new DatabaseSync(newer);
  db.exec(
    "CREATE TABLE lockstep_schemas (name TEXT PRIMARY KEY, version BIGINT); INSERT INTO lockstep_schemas VALUES ('notes', 999)",
  );
  db.close();
  await assert.rejects(openStore({ kind: "sqlite", path: newer }), { name: "StartError", message: /newer version/ });
  const garbage = join(folder(t), "garbage.db");
  writeFileSync(garbage, "this is a letter to my grandmother, and no database at all");
  await assert.rejects(openStore({ kind: "sqlite", path: garbage }), {
    name: "StartError",
    message: /^Set DATABASE_URL to another database, .* cannot be opened \(file is not a database\)\.$/,
  });
  assert.match(readFileSync(garbage, "utf8"), /grandmother/);
  await assert.rejects(openStore({ kind: "sqlite", path: folder(t) }), { name: "StartError", message: /cannot be opened/ });
});

test("the message about a PostgreSQL that does not answer does not show its password", async () => {
  await assert.rejects(openStore({ kind: "postgres", url: "postgres://notes:hunter2@127.0.0.1:1/notes" }), (error: Error) => {
    assert.match(
      error.message,
      /^Set DATABASE_URL to another database, .*: 127\.0\.0\.1:1\/notes cannot be opened \(.*ECONNREFUSED.*\)\.$/,
    );
    return error.name === "StartError" && !error.message.includes("hunter2");
  });
});

for (const [kind, url] of Object.entries(kinds)) {
  suite(`on ${kind}`, () => {
    test("if two administrators demote each other at once, one is left", async (t) => {
      const { store } = await open(t, await url(t));
      for (const id of ["a", "b"]) await store.profiles.update(id, { role: "admin" });
      const changes = await Promise.all([
        store.profiles.update("a", { isActive: false }),
        store.profiles.update("b", { role: "user" }),
      ]);
      assert.equal(changes.filter((change) => change === undefined).length, 1);
      assert.equal((await store.profiles.activeAdmins()).length, 1);
    });

    test("the newest note is first, even if many are written in one millisecond", async (t) => {
      const { store } = await open(t, await url(t));
      for (let index = 0; index < 20; index += 1) await store.notes.add("alice", `${index}`);
      const texts = (await store.notes.list("alice", { limit: 3, offset: 1 })).map(({ text }) => text);
      assert.deepEqual(texts, ["18", "17", "16"]);
    });

    test("the demo prints secrets that work at every start, and keeps the rest of its accounts", async (t) => {
      const { store, auth, signsIn, opens } = await open(t, await url(t));
      const first = await prepareDemo({ store, auth }, { password: undefined, apiKey: undefined });
      const alice = await auth.accounts.findByEmail("alice@example.com");
      assert.ok(first.password);
      assert.ok(alice !== undefined && (await signsIn(alice.email, first.password)) && (await opens(first.apiKey)));
      await store.notes.add(alice.id, "kept");
      await store.profiles.update(alice.id, { isActive: false });

      const given = new Redacted(password);
      const second = await prepareDemo({ store, auth }, { password: given, apiKey: first.apiKey });
      assert.deepEqual([second.password, second.apiKey], [given, first.apiKey]);
      assert.deepEqual(await auth.accounts.findByEmail("alice@example.com"), alice);
      assert.deepEqual(await store.profiles.find(alice.id), { role: "user", isActive: false });
      assert.ok((await signsIn(alice.email, given)) && (await opens(first.apiKey)));
      assert.ok(!(await signsIn(alice.email, first.password)));
      const texts = (await store.notes.list(alice.id, { limit: 10, offset: 0 })).map(({ text }) => text);
      assert.deepEqual(texts, ["kept", "Only I can read this."], "her first note is written once");
      const third = await prepareDemo({ store, auth }, { password: given, apiKey: undefined });
      assert.ok((await opens(third.apiKey)) && !(await opens(first.apiKey)));
      for (const wrong of ["notes_demo_x", `${first.apiKey.reveal()}x`]) {
        await assert.rejects(prepareDemo({ store, auth }, { password: given, apiKey: new Redacted(wrong) }), {
          name: "StartError",
          message: /^Set NOTES_DEMO_API_KEY to/,
        });
      }
    });

    test("production creates only the first administrator, once", async (t) => {
      const { store, auth, signsIn } = await open(t, await url(t), "production");
      await assert.rejects(prepareProduction({ store, auth }, { firstAdmin: undefined }), {
        name: "StartError",
        message: /^Set NOTES_ADMIN_EMAIL and NOTES_ADMIN_PASSWORD/,
      });
      for (const weak of ["changeme", "aaaaaaaaaaaaaaaaaaaa", "Password1234567"]) {
        const firstAdmin = { email: "root@example.com", password: new Redacted(weak) };
        await assert.rejects(prepareProduction({ store, auth }, { firstAdmin }), {
          name: "StartError",
          message: /^Set NOTES_ADMIN_PASSWORD to another password: /,
        });
      }
      const firstAdmin = { email: "root@example.com", password: new Redacted(password) };
      await prepareProduction({ store, auth }, { firstAdmin });
      const accounts = await auth.accounts.list({ limit: 10 });
      assert.deepEqual(
        accounts.map(({ email }) => email),
        ["root@example.com"],
      );
      await prepareProduction({ store, auth }, { firstAdmin: undefined });
      await prepareProduction({ store, auth }, { firstAdmin: { ...firstAdmin, email: "other@example.com" } });
      assert.deepEqual(await auth.accounts.list({ limit: 10 }), accounts);
      assert.ok(await signsIn("root@example.com", firstAdmin.password));
    });

    test("processes that start at once create one administrator", async (t) => {
      const { store, auth } = await open(t, await url(t), "production");
      const firstAdmin = { email: "root@example.com", password: new Redacted(password) };
      await Promise.all(Array.from({ length: 3 }, () => prepareProduction({ store, auth }, { firstAdmin })));
      assert.equal((await auth.accounts.list({ limit: 10 })).length, 1);
      assert.equal((await store.profiles.activeAdmins()).length, 1);
    });

    test("a database belongs to the demo or to production, never to both", async (t) => {
      const { store } = await open(t, await url(t));
      await claimDatabase(store, "demo");
      await claimDatabase(store, "demo");
      await assert.rejects(claimDatabase(store, "production"), {
        name: "StartError",
        message: /^Set DATABASE_URL to another database: this one belongs to the demo\.$/,
      });
    });
  });
}

test("the file contains no usable password, API key or token", async (t) => {
  const path = join(folder(t), "notes.db");
  const { store, auth } = await open(t, `sqlite:${path}`);
  const { password, apiKey } = await prepareDemo({ store, auth }, { password: undefined, apiKey: undefined });
  assert.ok(password);
  await store.close();
  const bytes = readFileSync(path).toString("latin1");
  const [, , id = "", secretPart = ""] = apiKey.reveal().split("_");
  assert.ok(bytes.includes(id), "the control: the public part of the key is found");
  for (const text of [password.reveal(), apiKey.reveal(), secretPart]) assert.ok(!bytes.includes(text));
});

test("a database of the first version keeps its accounts, passwords, roles, notes and keys", async (t) => {
  const path = join(folder(t), "notes.db");
  const key = await makeFirstVersion(path);
  const { store, auth, signsIn, opens } = await open(t, `sqlite:${path}`);
  await moveFirstVersion(store.database, auth);
  assert.ok(await signsIn("root@example.com", new Redacted(password)));
  assert.ok(!(await signsIn("root@example.com", new Redacted("another password, and wrong"))));
  const root = await auth.accounts.find(firstVersion.id);
  assert.equal(root?.email, "root@example.com");
  assert.deepEqual(await store.profiles.find(firstVersion.id), { role: "admin", isActive: true });
  const texts = (await store.notes.list(firstVersion.id, { limit: 10, offset: 0 })).map(({ id, text }) => [id, text]);
  assert.deepEqual(texts, [
    ["n2", "second"],
    ["n1", "first"],
  ]);
  assert.ok(await opens(key));
  await assert.rejects(claimDatabase(store, "demo"), /belongs to production/);
  // Again, as after an interrupted start: nothing is left to do.
  await moveFirstVersion(store.database, auth);
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  const tables = other.prepare("SELECT name FROM sqlite_schema WHERE name IN ('users', 'notes', 'api_keys', 'settings')").all();
  assert.deepEqual(tables, []);
});

const firstVersion = {
  id: "11111111-1111-4111-8111-111111111111",
  keyId: "abcdefABCDEF",
  keySecret: "0123456789abcdef0123456789ABCDEF",
};

/** Creates a database of the first version. Returns the API key in it. */
async function makeFirstVersion(path: string): Promise<Redacted<string>> {
  const { crc32 } = await import("node:zlib");
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const { id, keyId, keySecret } = firstVersion;
  const body = `notes_demo_${keyId}_${keySecret}`;
  let [rest, check] = [crc32(body), ""];
  for (let digit = 0; digit < 6; digit += 1) {
    check = `${alphabet[rest % 62]}${check}`;
    rest = Math.floor(rest / 62);
  }
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA user_version = 1;
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('user', 'admin')), is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
      created_at INTEGER NOT NULL) STRICT;
    CREATE TABLE notes (id TEXT NOT NULL UNIQUE, owner_id TEXT NOT NULL REFERENCES users (id), text TEXT NOT NULL,
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
    CREATE TABLE api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, secret_hash BLOB NOT NULL, created_at INTEGER NOT NULL) STRICT;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    INSERT INTO settings VALUES ('mode', 'production'), ('signing_key', '{}');
    INSERT INTO notes SELECT 'n1', '${id}', 'first', 1, 1 WHERE false;`);
  db.prepare("INSERT INTO users VALUES (?, 'root@example.com', ?, 'admin', 1, 1)").run(id, passwordHash);
  for (const [note, text] of [
    ["n1", "first"],
    ["n2", "second"],
  ] as const) {
    db.prepare("INSERT INTO notes VALUES (?, ?, ?, 1, 1)").run(note, id, text);
  }
  db.prepare("INSERT INTO api_keys VALUES (?, 'billing', ?, 1)").run(keyId, createHash("sha256").update(keySecret).digest());
  db.close();
  return new Redacted(`${body}_${check}`);
}

/** The first version's hash of `password`. */
const passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$v5W8prSYLKFWa/Ze6hlemg$P3Uw5m7KZb4yddYjgWHKrjhT/HagvR89cmfa7F0eGE8";
