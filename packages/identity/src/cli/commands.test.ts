import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { generateSigningKey, publicJwks, signingKey } from "lockstep/jwt";
import { Redacted } from "lockstep";
import { parseApiKey } from "../api-key/api-key-format.ts";
import { ChainSealer } from "../audit/chain-sealer.ts";
import { claimIssuer } from "../issuer/database-issuer.ts";
import { SigningKeys } from "../issuer/signing-keys.ts";
import { revocationChannel } from "../revocation/revocation-log.ts";
import { identityKey } from "../secret/identity-key.ts";
import { insertSession } from "../session/session-store.ts";
import { testSettings } from "../settings.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { call, type CallOptions, describeWithEach, expectFailure, newFolder, openUrl, type Place } from "./cli.fixture.ts";

const password = "wobbly teapot over the canal 71";

describeWithEach("lockstep-identity", (place) => {
  test("makes the tables, prints each step, and then finds everything in order", async (t) => {
    const { run, url } = await start(t, place, { isMigrated: false });
    const before = await run("doctor");
    assert.equal(before.exitCode, 1);
    assert.match(before.stdout, /lockstep-identity migrate/);
    const made = await run("migrate");
    assert.deepEqual([made.exitCode, made.stderr], [0, "Version 1 of 1\n"]);
    assert.deepEqual(await json(run("migrate", "--json")), { version: 1, steps: 0 });
    const after = await run("doctor");
    assert.equal(after.exitCode, 0, after.stdout);
    assert.match(after.stdout, place.kind === "sqlite" ? /SQLite \d/ : /PostgreSQL \d/);
    assert.ok(!`${after.stdout}${after.stderr}`.includes(url.replace(/^sqlite:/, "postgres://")));
  });

  test("links subjects of identity providers to users, lists and unlinks them", async (t) => {
    const { run } = await start(t, place);
    const made = record(await json(run("users", "create", "ada@example.test", "--no-password", "--json")));
    const [id, issuer] = [String(made["id"]), "https://login.test"];
    assert.match((await run("users", "subjects", id)).stdout, /has no subject/);
    assert.equal((await run("users", "link", "ada@example.test", issuer, "a.smith")).exitCode, 0);
    assert.match((await run("users", "subjects", id)).stdout, /^user a\.smith of https:\/\/login\.test$/m);
    const again = await run("users", "link", id, issuer, "a.smith");
    assert.deepEqual([again.exitCode, again.stderr], [1, "lockstep-identity: This subject has an account already.\n"]);
    assert.equal((await run("users", "link", id, issuer, "job", "--kind", "client")).exitCode, 0);
    assert.equal((await run("users", "link", id, issuer, "job", "--kind", "robot")).exitCode, 2);
    assert.match((await run("users", "unlink", id, issuer, "a.smith")).stdout, /no longer/);
    assert.match((await run("users", "unlink", id, issuer, "a.smith")).stdout, /does not have this subject/);
  });

  test("makes, shows, disables and deletes users", async (t) => {
    const { run } = await start(t, place);
    const made = record(await json(run("users", "create", "ada@example.test", "--json", { stdin: `${password}\n` })));
    assert.equal(made["email"], "ada@example.test");
    const id = String(made["id"]);
    const list = await run("users", "list");
    assert.match(list.stdout, /^ID +EMAIL +CREATED +VERIFIED +DISABLED\n/);
    assert.ok(list.stdout.includes(id) && list.stdout.includes("ada@example.test"));
    for (const named of [id, "ada@example.test", "ADA@example.test"]) {
      assert.equal(record(await json(run("users", "show", named, "--json")))["id"], id);
    }
    assert.match((await run("users", "disable", id)).stdout, /is disabled/);
    assert.match((await run("users", "disable", id)).stdout, /was disabled already/);
    assert.match((await run("users", "enable", id)).stdout, /is enabled/);
    assert.equal((await run("users", "set-password", id, { stdin: `another ${password}` })).exitCode, 0);
    const hesitant = await run("users", "delete", id);
    assert.equal(hesitant.exitCode, 2);
    assert.match(hesitant.stderr, /--yes/);
    assert.equal((await run("users", "delete", id, "--yes")).exitCode, 0);
    assert.deepEqual(await json(run("users", "list", "--json")), { users: [], hasMore: false });
    const events = await run("audit", "list", "--subject", id);
    for (const type of ["account.created", "account.disabled", "account.enabled", "password.set", "account.deleted"]) {
      assert.ok(events.stdout.includes(type), type);
    }
    assert.ok(!events.stdout.includes("ada@"));
  });

  test("shows the issuer of the database, and moves it with everything revoked", async (t) => {
    const { run, url } = await start(t, place);
    assert.match((await run("issuer", "show")).stdout, /no issuer yet/);
    assert.match((await run("issuer", "move", "https://new.test", "--yes")).stderr, /Start the service first/);
    const database = openUrl(t, url);
    await claimIssuer({ database, issuer: "https://old.test", clock: Date.now });
    assert.equal(record(await json(run("issuer", "show", "--json")))["issuer"], "https://old.test");
    for (const wrong of ["new.test", "http://new.test", "https://new.test/"]) {
      assert.match((await run("issuer", "move", wrong, "--yes")).stderr, /Pass the https URL/, wrong);
    }
    assert.match((await run("issuer", "move", "https://new.test")).stderr, /--yes/);
    assert.equal(record(await json(run("issuer", "show", "--json")))["issuer"], "https://old.test");
    const moved = await run("issuer", "move", "https://new.test", "--yes");
    assert.deepEqual([moved.exitCode, moved.stderr], [0, ""]);
    assert.equal(record(await json(run("issuer", "show", "--json")))["issuer"], "https://new.test");
    assert.equal(record(await json(run("issuer", "move", "https://new.test", "--yes", "--json")))["changed"], false);
    const events = await run("audit", "list");
    for (const type of ["issuer.moved", "revocation.everything"]) assert.ok(events.stdout.includes(type), type);
  });

  test("ends sessions: one, all of a user, all of a client; the service learns of it", async (t) => {
    const { run, url } = await start(t, place);
    const database = openUrl(t, url);
    const user = String(record(await json(run("users", "create", "a@example.test", "--no-password", "--json")))["id"]);
    await run("clients", "create", "--id", "web", "--name", "Web", "--authentication", "none", "--grants", "refresh_token");
    const sessions = Array.from({ length: 4 }, (_, index) => ({ id: randomUUID(), clientId: index === 3 ? "web" : undefined }));
    for (const { id, clientId } of sessions) await database.transaction(() => insertSession(sessionOf(user, id, clientId)));
    const heard: string[] = [];
    if (place.kind === "postgres") {
      await database.listen(revocationChannel, { notified: (position) => heard.push(position), reconnected: () => {} });
    }
    const [one] = sessions;
    assert.match((await run("sessions", "list", user)).stdout, new RegExp(one?.id ?? "-"));
    assert.match((await run("sessions", "end", one?.id ?? "")).stdout, /has ended/);
    assert.match((await run("sessions", "end", one?.id ?? "")).stdout, /had ended already/);
    assert.equal((await run("sessions", "end-all", "--client", "web")).exitCode, 2);
    assert.deepEqual(await json(run("sessions", "end-all", "--client", "web", "--yes", "--json")), { ended: [sessions[3]?.id] });
    assert.match((await run("users", "end-sessions", user)).stdout, /^2 sessions/);
    assert.match((await run("sessions", "list", user)).stdout, /There are no sessions/);
    // The entries of one command are announced together.
    if (place.kind === "postgres") assert.equal(heard.length, 3);
  });

  test("makes clients of every kind, replaces a secret, disables and deletes", async (t) => {
    const { run } = await start(t, place, { env: { IDENTITY_SCOPES: "notes:read, notes:write" } });
    const robot = ["clients", "create", "--name", "Robot", "--authentication", "client_secret_basic"];
    const made = record(
      await json(run(...robot, "--id", "robot", "--grants", "client_credentials", "--scopes", "notes:read", "--json")),
    );
    assert.equal(made["id"], "robot");
    assert.match(String(made["secret"]), /^[A-Za-z0-9_-]{43}$/);
    const file = join(newFolder(t), "jwks.json");
    writeFileSync(file, JSON.stringify(publicJwks([signingKey(await generateSigningKey("ES256"))])));
    const key = await run("clients", "create", "--name", "Key", "--authentication", "private_key_jwt", "--jwks", file);
    assert.equal(key.exitCode, 0, key.stderr);
    const unknown = await run(...robot, "--scopes", "notes:reed");
    assert.deepEqual(
      [unknown.exitCode, unknown.stderr],
      [1, "lockstep-identity: Choose the scopes from: notes:read, notes:write.\n"],
    );
    const replaced = record(await json(run("clients", "replace-secret", "robot", "--json")));
    assert.notEqual(replaced["secret"], made["secret"]);
    assert.match((await run("clients", "disable", "robot")).stdout, /is disabled/);
    assert.match((await run("clients", "enable", "robot")).stdout, /is enabled/);
    const list = await run("clients", "list");
    assert.ok(list.stdout.includes("robot") && list.stdout.includes("private_key_jwt"));
    assert.ok(!list.stdout.includes(String(replaced["secret"])));
    assert.equal((await run("clients", "delete", "robot")).exitCode, 2);
    assert.equal((await run("clients", "delete", "robot", "--yes")).exitCode, 0);
    assert.equal((await run("clients", "disable", "robot")).exitCode, 1);
  });

  test("makes, replaces and ends API keys, which are shown once", async (t) => {
    const { run } = await start(t, place, { env: { IDENTITY_KEY_PREFIX: "notes", IDENTITY_KEY_ENVIRONMENT: "demo" } });
    await run("users", "create", "a@example.test", "--no-password");
    const make = ["keys", "create", "--user", "a@example.test", "--name", "Deploy", "--scopes", "notes:read,notes:write"];
    const shown = (await run(...make)).stdout.split("\n")[1] ?? "";
    const parts = parseApiKey(new Redacted(shown), { keyPrefix: "notes", keyEnvironment: "demo" });
    assert.ok(parts !== undefined, shown);
    const rotated = record(await json(run("keys", "rotate", parts.id, "--grace-seconds", "60", "--json")));
    assert.deepEqual([rotated["familyId"], rotated["scopes"]], [parts.id, ["notes:read", "notes:write"]]);
    assert.equal((await run("keys", "rotate", parts.id)).exitCode, 1);
    assert.match((await run("keys", "revoke", String(rotated["id"]))).stdout, /has ended/);
    assert.match((await run("keys", "revoke", String(rotated["id"]))).stdout, /had ended already/);
    const list = await run("keys", "list", "--user", "a@example.test");
    assert.match(list.stdout, /replaced/);
    assert.match(list.stdout, /revoked/);
    assert.ok(!list.stdout.includes(shown) && !list.stdout.includes(String(rotated["key"])));
    const never = await run(...make, "--expires-in-days", "never");
    assert.equal(never.exitCode, 1);
    assert.ok(!never.stdout.includes("notes_demo_"));
  });

  test("shows the key ring, seals it under a new key, takes a key out of use, and refuses every token", async (t) => {
    const [old, next] = [newKey(), newKey()];
    const { run, url } = await start(t, place, { env: { IDENTITY_KEY: old } });
    const database = openUrl(t, url);
    const keys = { current: identityKey(new Redacted(old)), previous: [] };
    await new SigningKeys(testSettings(database, { keys, clock: Date.now }).settings).ready();
    assert.match((await run("doctor")).stdout, /ok +IDENTITY_KEY +Opens 1 signing key/);
    const [current] = Object(await json(run("signing-keys", "list", "--json"))).signingKeys;
    assert.equal(current.state, "current");
    const both = { env: { IDENTITY_KEY: next, IDENTITY_KEY_PREVIOUS: old } };
    assert.match((await run("doctor", both)).stdout, /look +IDENTITY_KEY +Run .*reencrypt.*1 signing key sealed/);
    assert.match((await run("signing-keys", "reencrypt", both)).stdout, /^1 of 1/);
    assert.match((await run("doctor", { env: { IDENTITY_KEY: next } })).stdout, /Opens 1/);
    const wrong = await run("doctor", { env: { IDENTITY_KEY: old } });
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stdout, /wrong +IDENTITY_KEY/);
    assert.equal((await run("signing-keys", "reencrypt", { env: { IDENTITY_KEY: newKey() } })).exitCode, 1);
    assert.equal((await run("signing-keys", "retire-compromised", current.kid, both)).exitCode, 2);
    const retired = await run("signing-keys", "retire-compromised", current.kid, "--yes", both);
    assert.match(retired.stdout, /is out of use/);
    const list = (await run("signing-keys", "list")).stdout;
    assert.match(list, /compromised/);
    assert.match(list, /current/);
    assert.equal((await run("revoke-everything")).exitCode, 2);
    await run("users", "create", "eve@example.test", "--no-password");
    await run("keys", "create", "--user", "eve@example.test", "--name", "k", "--scopes", "notes:read");
    const kept = await run("revoke-everything", "--keep-keys", "--yes");
    assert.match(kept.stdout, /Ended: 0 sessions, API keys were kept, 0 links, and every access token/);
    assert.match((await run("revoke-everything", "--yes")).stdout, /Ended: 0 sessions, 1 API keys, 0 links/);
    assert.match((await run("keys", "list", "--user", "eve@example.test")).stdout, /\d{4}-\d\d-\d\d/);
    assert.match((await run("audit", "list", "--type", "revocation.everything", "--since", "1h")).stdout, /by=command-line/);
    assert.equal((await run("doctor", both)).exitCode, 0);
  });

  test("verifies the chain of audit events, alone and with a checkpoint, and names an event that was changed (I-23)", async (t) => {
    const { run, url } = await start(t, place);
    const database = openUrl(t, url);
    const keys = { current: identityKey(new Redacted(sharedKey)), previous: [] };
    const sealer = new ChainSealer({ database, keys, clock: Date.now });
    expectFailure(await run("audit", "checkpoint"), 1, /Start the service first: no audit event was chained yet/);
    for (let index = 0; index < 3; index += 1) await run("users", "create", `u${index}@example.test`, "--no-password");
    assert.match((await run("audit", "verify")).stdout, /^0 events verified.*\n3 events not chained yet/);
    await sealer.seal();
    const file = join(newFolder(t), "checkpoint.json");
    const printed = await run("audit", "checkpoint");
    assert.deepEqual(Object.keys(Object(JSON.parse(printed.stdout))), ["seq", "hash", "at"]);
    writeFileSync(file, printed.stdout);
    await run("users", "create", "u3@example.test", "--no-password");
    await sealer.seal();
    assert.match(
      (await run("audit", "verify", "--checkpoint", file)).stdout,
      /^4 events verified.*Nothing up to the checkpoint \(3\)/s,
    );
    assert.match((await run("doctor")).stdout, /ok +audit chain +Ends at the number 4; 0 events to follow/);

    const previous = newKey();
    const both = { env: { IDENTITY_KEY: previous, IDENTITY_KEY_PREVIOUS: sharedKey } };
    assert.match((await run("signing-keys", "reencrypt", both)).stdout, /1 key of the audit chain/);
    expectFailure(await run("audit", "verify"), 1, /Pass the IDENTITY_KEY/);
    const only = { env: { IDENTITY_KEY: previous } };
    assert.equal((await run("audit", "verify", "--checkpoint", file, only)).exitCode, 0);

    await database.run(all(sql("UPDATE identity_audit_events SET details = '{}' WHERE seq = 2")));
    const { exitCode, stdout } = await run("audit", "verify", "--checkpoint", file, "--json", only);
    const { ok, problem } = Object(JSON.parse(stdout));
    assert.deepEqual([exitCode, ok, problem.kind, problem.seq], [1, false, "changed", 2]);
    assert.match((await run("audit", "verify", only)).stdout, /^The event with the number 2 \(id [-\w]+\) was changed/);

    assert.equal((await run("audit", "restart-chain", only)).exitCode, 2);
    assert.equal((await run("audit", "restart-chain", "--yes", only)).exitCode, 0);
    await new ChainSealer({
      database,
      keys: { current: identityKey(new Redacted(previous)), previous: [] },
      clock: Date.now,
    }).close();
    assert.match((await run("audit", "verify", only)).stdout, /^5 events verified/);
    assert.match((await run("audit", "list", "--type", "audit.chain_restarted")).stdout, /by=command-line/);
    assert.equal((await run("audit", "verify", "--checkpoint", file, only)).exitCode, 1);
    await sealer.close();
  });

  test("lists as many as --limit says, and says whether there are more", async (t) => {
    const { run } = await start(t, place);
    for (let index = 0; index < 3; index += 1) await run("users", "create", `u${index}@example.test`, "--no-password");
    const { users, hasMore } = Object(await json(run("users", "list", "--limit", "2", "--json")));
    assert.deepEqual([users.length, hasMore], [2, true]);
    assert.equal(Object(await json(run("users", "list", "--limit", "3", "--json"))).hasMore, false);
    const { events } = Object(await json(run("audit", "list", "--limit", "2", "--json")));
    assert.deepEqual([events.length, events[0].type], [2, "account.created"]);
  });
});

type Word = string | CallOptions;

async function start(
  t: TestContext,
  place: Place,
  { isMigrated = true, env = {} }: { readonly isMigrated?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const url = await place.url(t);
  const run = (...words: readonly Word[]) => {
    const args = words.filter((word) => typeof word === "string");
    const options = words.find((word) => typeof word !== "string") ?? {};
    return call(args, { ...options, env: { DATABASE_URL: url, IDENTITY_KEY: sharedKey, ...env, ...options.env } });
  };
  if (isMigrated) assert.equal((await run("migrate")).exitCode, 0);
  return { run, url };
}

const sharedKey = newKey();

function newKey(): string {
  return randomBytes(32).toString("base64url");
}

async function json(called: ReturnType<typeof call>): Promise<unknown> {
  const { exitCode, stdout, stderr } = await called;
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === "object" && value !== null);
  return { ...value };
}

function sessionOf(accountId: string, id: string, clientId: string | undefined): Parameters<typeof insertSession>[0] {
  const times = { now: Date.now(), expiresAt: Date.now() + 3_600_000 };
  const about = { kind: "tokens", position: 0, secretHash: undefined, scope: "", userAgent: undefined } as const;
  return { ...about, ...times, id, accountId, clientId };
}
