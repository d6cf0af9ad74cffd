/** The database: made and updated at start, and what it makes impossible. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { Redacted, secret } from "lockstep";
import { prepareDemo, prepareProduction } from "../src/first-data.ts";
import { verifyPassword } from "../src/password.ts";
import { openStore } from "../src/store/store.ts";
import { demoSigningKey } from "../src/token.ts";

const hash = secret("$argon2id$…");

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "notes-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("makes the folder and the file, in WAL mode, for the owner alone, and keeps what is written", (t) => {
  const path = join(folder(t), "deep/er/notes.db");
  const first = openStore(path);
  const alice = first.users.add({ email: "alice@example.com", role: "user", passwordHash: hash });
  const note = first.notes.add(alice.id, "kept");
  const other = new DatabaseSync(path);
  assert.equal(other.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  other.close();
  first.close();
  const second = openStore(path);
  t.after(() => second.close());
  assert.deepEqual([second.users.find(alice.id), second.notes.find(note.id)], [alice, note]);
  assert.equal(statSync(join(path, "..")).mode & 0o077, 0);
});

test("a database of a newer version, and what is no database, are refused and left alone", (t) => {
  const newer = join(folder(t), "newer.db");
  const db = new DatabaseSync(newer);
  db.exec("PRAGMA user_version = 999");
  db.close();
  assert.throws(() => openStore(newer), { name: "StartError", message: /newer version/ });
  const garbage = join(folder(t), "garbage.db");
  writeFileSync(garbage, "this is a letter to my grandmother, and no database at all");
  assert.throws(() => openStore(garbage), {
    name: "StartError",
    message: /cannot be opened \(file is not a database\): set DATABASE_URL/,
  });
  assert.match(readFileSync(garbage, "utf8"), /grandmother/);
  assert.throws(() => openStore(folder(t)), { name: "StartError", message: /cannot be opened/ });
});

test("an address has one account", (t) => {
  const store = openStore(":memory:");
  t.after(() => store.close());
  store.users.add({ email: "alice@example.com", role: "user", passwordHash: hash });
  assert.throws(() => store.users.add({ email: " ALICE@example.com", role: "admin", passwordHash: hash }), /UNIQUE/);
});

test("two administrators who demote each other on two connections: one is left", (t) => {
  const path = join(folder(t), "notes.db");
  const [one, two] = [openStore(path), openStore(path)];
  t.after(() => [one, two].forEach((store) => store.close()));
  const admins = ["a", "b"].map((name) => one.users.add({ email: `${name}@example.com`, role: "admin", passwordHash: hash }));
  const [a, b] = admins.map(({ id }) => id);
  assert.ok(a !== undefined && b !== undefined);
  assert.equal(one.users.update(a, { isActive: false })?.isActive, false);
  assert.equal(two.users.update(b, { role: "user" }), undefined);
  assert.equal(two.users.find(b)?.role, "admin");
});

test("the demo prints secrets that work at every start, and keeps the rest of its accounts", async (t) => {
  const store = openStore(":memory:");
  t.after(() => store.close());
  const first = await prepareDemo(store, { password: undefined, apiKey: undefined });
  const alice = store.users.findAccount("alice@example.com");
  assert.ok(alice !== undefined && (await verifyPassword(first.password, alice.passwordHash)));
  store.notes.add(alice.user.id, "kept");
  store.users.update(alice.user.id, { isActive: false });
  const key = await demoSigningKey(store);

  const given = new Redacted("correct horse battery staple");
  const second = await prepareDemo(store, { password: given, apiKey: first.apiKey });
  assert.deepEqual([second.password, second.apiKey], [given, first.apiKey]);
  const later = store.users.findAccount("alice@example.com");
  assert.deepEqual(later?.user, { ...alice.user, isActive: false });
  assert.ok(await verifyPassword(given, later?.passwordHash));
  assert.ok(!(await verifyPassword(first.password, later?.passwordHash)));
  assert.equal(store.notes.list(alice.user.id, { limit: 10, offset: 0 }).length, 1);
  assert.equal((await demoSigningKey(store)).kid, key.kid);
});

test("production makes the first administrator and nobody else, once", async (t) => {
  const store = openStore(":memory:");
  t.after(() => store.close());
  await assert.rejects(prepareProduction(store, { firstAdmin: undefined }), {
    name: "StartError",
    message: /set NOTES_ADMIN_EMAIL and NOTES_ADMIN_PASSWORD/,
  });
  const password = new Redacted("correct horse battery staple");
  await prepareProduction(store, { firstAdmin: { email: "root@example.com", password } });
  const users = store.users.list({ limit: 10, offset: 0 });
  assert.deepEqual(
    users.map(({ email, role }) => [email, role]),
    [["root@example.com", "admin"]],
  );
  await prepareProduction(store, { firstAdmin: undefined });
  await prepareProduction(store, {
    firstAdmin: { email: "other@example.com", password: new Redacted("another horse and battery") },
  });
  assert.deepEqual(store.users.list({ limit: 10, offset: 0 }), users);
  assert.ok(await verifyPassword(password, store.users.findAccount("root@example.com")?.passwordHash));
});

test("a database belongs to the demo or to production, never to both", async (t) => {
  const [demo, production] = [openStore(":memory:"), openStore(":memory:")];
  t.after(() => [demo, production].forEach((store) => store.close()));
  const firstAdmin = { email: "root@example.com", password: new Redacted("correct horse battery staple") };
  await prepareDemo(demo, { password: undefined, apiKey: undefined });
  await assert.rejects(prepareProduction(demo, { firstAdmin }), {
    name: "StartError",
    message: /belongs to the demo: set DATABASE_URL/,
  });
  await prepareProduction(production, { firstAdmin });
  await assert.rejects(prepareDemo(production, { password: undefined, apiKey: undefined }), {
    name: "StartError",
    message: /belongs to production/,
  });
  assert.equal(production.users.findAccount("alice@example.com"), undefined);
});

test("the file holds no password, API key or token that can be used", async (t) => {
  const path = join(folder(t), "notes.db");
  const store = openStore(path);
  const { password, apiKey } = await prepareDemo(store, { password: undefined, apiKey: undefined });
  store.close();
  const bytes = readFileSync(path).toString("latin1");
  const [, , id = "", secretPart = ""] = apiKey.reveal().split("_");
  assert.ok(bytes.includes(id), "the control: what is public is found");
  for (const text of [password.reveal(), apiKey.reveal(), secretPart]) assert.ok(!bytes.includes(text));
});
