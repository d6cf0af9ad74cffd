import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Redacted, secret } from "lockstep";
import { isAccountId } from "../principal/principal.ts";
import { hashPassword } from "../password/password-hash.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { another, chosen, openAccountApi, positionOf } from "./account.fixture.ts";

const sessionRows = sql("SELECT id FROM identity_sessions");
const revocations = sql("SELECT kind, key FROM identity_revocations WHERE kind = 'subject' ORDER BY seq");
const recorded = sql("SELECT type, subject, request_id, details FROM identity_audit_events");

describeOnEach("accounts, for programs", (kind) => {
  test("a fresh installation has no account, client, key or session (L-23)", async (t) => {
    const database = await kind.open(t);
    for (const table of ["accounts", "clients", "api_keys", "sessions", "links", "refresh_tokens", "signing_keys"]) {
      assert.deepEqual(await database.run(all(sql(`SELECT * FROM identity_${table}`))), [], table);
    }
  });

  test("an account is made with or without a password, recorded with its maker, and found by id and by address", async (t) => {
    const database = await kind.open(t);
    const { accounts, canSignIn, clock } = openAccountApi(t, database);
    const ada = await accounts.create({ email: "Ada@example.com", password: new Redacted(chosen), by: "root", requestId: "r-9" });
    const bob = await accounts.create({ email: "bob@example.com" });
    assert.deepEqual(ada, {
      id: ada.id,
      email: "Ada@example.com",
      foreignId: undefined,
      isSelfRegistered: false,
      createdAt: clock.now,
      verifiedAt: undefined,
      disabledAt: undefined,
    });
    assert.deepEqual(await accounts.find(ada.id), ada);
    assert.deepEqual(await accounts.findByEmail(" ada@EXAMPLE.com "), ada);
    assert.equal(await accounts.find(randomUUID()), undefined);
    assert.equal(await accounts.findByEmail("nobody\u0000@example.com"), undefined);
    assert.deepEqual(
      await accounts.findMany([ada.id, randomUUID(), bob.id, ada.id]),
      new Map([
        [ada.id, ada],
        [bob.id, bob],
      ]),
    );
    assert.deepEqual(await accounts.findMany([]), new Map());
    assert.equal(await canSignIn("ada@example.com", chosen), true);
    assert.equal(await canSignIn("bob@example.com", chosen), false);
    const event = (await database.run(all(recorded))).find((row) => row["subject"] === ada.id);
    assert.deepEqual([event?.["type"], event?.["request_id"]], ["account.created", "r-9"]);
    assert.match(String(event?.["details"]), /"by":"root"/);
  });

  test("an address has one account, however it is spelled; 50 concurrent calls make one", async (t) => {
    const database = await kind.open(t);
    const { accounts } = openAccountApi(t, database);
    const made = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => accounts.create({ email: index % 2 === 0 ? "ada@example.com" : "ADA@example.com" })),
    );
    assert.equal(made.filter(({ status }) => status === "fulfilled").length, 1);
    const refused = made.flatMap((each): { code?: unknown }[] =>
      each.status === "rejected" ? [each.reason as { code?: unknown }] : [],
    );
    assert.ok(refused.every(({ code }) => code === "address_taken"));
    assert.equal((await accounts.list({ limit: 10 })).length, 1);
  });

  test("create() refuses an invalid address and a weak password", async (t) => {
    const database = await kind.open(t);
    const { accounts } = openAccountApi(t, database);
    await assert.rejects(accounts.create({ email: "a@b＠c.example" }), { status: 422, code: "wrong_address" });
    await assert.rejects(accounts.create({ email: "ada@example.com", password: new Redacted("short") }), { code: "weak_password" });
    assert.deepEqual(await accounts.list({ limit: 10 }), []);
  });

  test("accounts are listed oldest first, each once, even if they share a creation time or one is deleted between pages", async (t) => {
    const database = await kind.open(t);
    const { accounts, clock } = openAccountApi(t, database);
    for (let index = 0; index < 7; index += 1) {
      if (index > 3) clock.advance(1);
      await accounts.create({ email: `user${index}@example.com` });
    }
    const all = await accounts.list({ limit: 1000 });
    assert.equal(all.length, 7);
    const paged = [];
    let page = await accounts.list({ limit: 2 });
    while (page.length > 0) {
      paged.push(...page);
      const after = page.at(-1);
      if (paged.length === 4 && after !== undefined) await accounts.delete(after.id);
      page = await accounts.list({ limit: 2, after });
    }
    assert.deepEqual(paged, all);
    assert.equal((await accounts.list({ limit: 0 })).length, 1);
    assert.equal((await accounts.list({ limit: -5 })).length, 1);
  });

  test("findMany() returns many accounts at once", async (t) => {
    const database = await kind.open(t);
    const { accounts } = openAccountApi(t, database);
    const ids: string[] = [];
    for (let index = 0; index < 120; index += 1) ids.push((await accounts.create({ email: `user${index}@example.com` })).id);
    assert.deepEqual(new Set((await accounts.findMany(ids)).keys()), new Set(ids));
  });

  test("disabling an account ends its sessions and tokens at once, and enabling it brings none of them back", async (t) => {
    const database = await kind.open(t);
    const api = openAccountApi(t, database);
    const { accounts, register, browser, begin, isSignedIn, canSignIn, clock, events } = api;
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    const [session, bobs] = [await browser(ada), await browser(bob)];
    await begin(ada, "tokens");
    const before = await positionOf(api, ada.id);
    assert.equal(await accounts.disable(ada.id, { by: bob.id }), true);
    assert.equal((await accounts.find(ada.id))?.disabledAt, clock.now);
    assert.equal(await isSignedIn(session), false);
    assert.equal(await isSignedIn(bobs), true);
    assert.equal(await canSignIn("ada@example.com", chosen), false);
    assert.deepEqual(
      (await database.run(all(revocations))).map((row) => row["key"]),
      [ada.id],
    );
    assert.ok((await positionOf(api, ada.id)) > before);
    assert.equal(events.filter((event) => event.type === "session.ended" && event.reason === "account_disabled").length, 2);
    assert.equal(await accounts.disable(ada.id), false);

    assert.equal(await accounts.enable(ada.id), true);
    assert.equal(await accounts.enable(ada.id), false);
    assert.equal(await isSignedIn(session), false);
    assert.equal(await canSignIn("ada@example.com", chosen), true);
  });

  test("deleting an account ends its sessions, revokes its tokens and frees its address", async (t) => {
    const database = await kind.open(t);
    const { accounts, register, browser, isSignedIn, canSignIn, events } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    assert.equal(await accounts.delete(ada.id, { by: "root" }), true);
    assert.equal(await accounts.delete(ada.id), false);
    assert.equal(await accounts.find(ada.id), undefined);
    assert.deepEqual(await database.run(all(sessionRows)), []);
    assert.deepEqual(
      (await database.run(all(revocations))).map((row) => row["key"]),
      [ada.id],
    );
    assert.equal(await isSignedIn(session), false);
    assert.equal(await canSignIn("ada@example.com", chosen), false);
    assert.ok(events.some((event) => event.type === "account.deleted" && event.by === "root" && event.subject === ada.id));
    assert.notEqual((await register("ada@example.com")).id, ada.id);
  });

  test("of 50 concurrent calls, one changes the account", async (t) => {
    const database = await kind.open(t);
    const { accounts, events } = openAccountApi(t, database);
    const { id } = await accounts.create({ email: "ada@example.com" });
    for (const [change, type] of [
      [() => accounts.disable(id), "account.disabled"],
      [() => accounts.enable(id), "account.enabled"],
      [() => accounts.delete(id), "account.deleted"],
    ] as const) {
      const changed = await Promise.all(Array.from({ length: 50 }, change));
      assert.equal(changed.filter(Boolean).length, 1, type);
      assert.equal(events.filter((event) => event.type === type).length, 1, type);
    }
  });

  test("no session survives the disabling of its account, however many sign in at the same time", async (t) => {
    const database = await kind.open(t);
    const { accounts, register, begin, isSignedIn } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const [began] = await Promise.all([Promise.allSettled(Array.from({ length: 25 }, () => begin(ada))), accounts.disable(ada.id)]);
    for (const each of began) {
      if (each.status === "fulfilled" && each.value.secret !== undefined) assert.equal(await isSignedIn(each.value.secret), false);
    }
    await accounts.enable(ada.id);
    for (const each of began) {
      if (each.status === "fulfilled" && each.value.secret !== undefined) assert.equal(await isSignedIn(each.value.secret), false);
    }
  });

  test("a password set by an administrator ends all credentials of the account; a weak one is refused", async (t) => {
    const database = await kind.open(t);
    const { accounts, register, browser, isSignedIn, canSignIn, events } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    await assert.rejects(accounts.setPassword(ada.id, { password: new Redacted("ada@example.com") }), { code: "weak_password" });
    assert.equal(await isSignedIn(session), true);
    assert.equal(await accounts.setPassword(ada.id, { password: new Redacted(another), by: "root" }), true);
    assert.equal(await isSignedIn(session), false);
    assert.equal(await canSignIn("ada@example.com", another), true);
    assert.ok(events.some((event) => event.type === "password.set" && event.by === "root"));
    assert.equal(await accounts.setPassword(randomUUID(), { password: new Redacted(another) }), false);
  });

  test("endSessions() ends sessions of one kind, or all", async (t) => {
    const database = await kind.open(t);
    const { accounts, register, begin, isSignedIn, events } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const [browser, tokens] = [await begin(ada), await begin(ada, "tokens")];
    const reason = "ended_by_administrator";
    assert.deepEqual(await accounts.endSessions(ada.id, { kind: "tokens", reason }), [tokens.id]);
    assert.equal(await isSignedIn(browser.secret ?? ""), true);
    assert.deepEqual(await accounts.endSessions(ada.id, { reason }), [browser.id]);
    assert.equal(await isSignedIn(browser.secret ?? ""), false);
    assert.deepEqual(await accounts.endSessions(ada.id, { reason }), []);
    assert.equal(events.filter((event) => event.type === "session.ended" && event.reason === reason).length, 2);
  });

  test("an account from another system gets a UUID, and is found by the id that it had there", async (t) => {
    const { accounts } = openAccountApi(t, await kind.open(t));
    const imported = { passwordHash: undefined, createdAt: 5 };
    const made = await accounts.import({ ...imported, foreignId: "4711", email: "ada@example.com" });
    assert.equal(isAccountId(made.id), true);
    assert.equal(made.foreignId, "4711");
    assert.deepEqual(await accounts.findByForeignId("4711"), made);
    // It is not an id: a foreign id cannot stand in for one.
    assert.equal(await accounts.find("4711"), undefined);
    assert.equal(await accounts.findByForeignId(made.id), undefined);
    const other = await accounts.import({ ...imported, foreignId: "client:reports", email: "bob@example.com" });
    assert.equal((await accounts.findByForeignId("client:reports"))?.id, other.id);
    await assert.rejects(accounts.import({ ...imported, foreignId: "4711", email: "eve@example.com" }), { code: "id_taken" });
    assert.equal(await accounts.findByEmail("eve@example.com"), undefined);
    for (const none of ["4712", "", " 4711", "4711\0", "x".repeat(256)]) {
      assert.equal(await accounts.findByForeignId(none), undefined, JSON.stringify(none));
    }
  });

  test("an id that is not a UUID, and a foreign id that is not one line, are refused (A-50)", async (t) => {
    const { accounts } = openAccountApi(t, await kind.open(t));
    const imported = { email: "ada@example.com", passwordHash: undefined, createdAt: 5 };
    const id = randomUUID();
    for (const wrong of ["4711", "client:reports", "reports", "", id.toUpperCase(), `${id} `, `{${id}}`, id.slice(1)]) {
      await assert.rejects(accounts.import({ ...imported, id: wrong }), { code: "invalid_input" }, wrong);
    }
    for (const wrong of ["", " 4711", "4711\n", "a\0b", "\u202e4711", "a\u2028b", "\ud800", "x".repeat(256)]) {
      await assert.rejects(accounts.import({ ...imported, foreignId: wrong }), { code: "invalid_input" }, JSON.stringify(wrong));
    }
    assert.equal(await accounts.findByEmail(imported.email), undefined);
    const control = await accounts.import({ ...imported, id, foreignId: "Kunde 4711/ß" });
    assert.deepEqual([control.id, control.foreignId], [id, "Kunde 4711/ß"]);
  });

  test("of fifty imports of one foreign id at once, one makes an account", async (t) => {
    const { accounts } = openAccountApi(t, await kind.open(t));
    const imports = Array.from({ length: 50 }, async (_, index) =>
      accounts.import({ foreignId: "4711", email: `user${index}@example.com`, passwordHash: undefined, createdAt: 5 }),
    );
    const settled = await Promise.allSettled(imports);
    assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal((await accounts.list({ limit: 100 })).length, 1);
  });

  test("an imported account keeps its id and password", async (t) => {
    const database = await kind.open(t);
    const { accounts, canSignIn, post, mailedToken } = openAccountApi(t, database);
    const id = randomUUID();
    const passwordHash = await hashPassword(new Redacted(chosen));
    await accounts.import({ id, email: "ada@example.com", passwordHash, createdAt: 5 });
    assert.deepEqual(await accounts.find(id), {
      id,
      email: "ada@example.com",
      foreignId: undefined,
      isSelfRegistered: false,
      createdAt: 5,
      verifiedAt: undefined,
      disabledAt: undefined,
    });
    assert.equal(await canSignIn("ada@example.com", chosen), true);
    const taken = { email: "bob@example.com", passwordHash, createdAt: 5 };
    await assert.rejects(accounts.import({ ...taken, id }), { code: "id_taken" });
    await assert.rejects(accounts.import({ ...taken, id: randomUUID(), email: "ADA@example.com" }), { code: "address_taken" });
    // A hash of another kind lets nobody in. A reset by mail sets a password that does.
    await accounts.import({ ...taken, id: randomUUID(), passwordHash: secret("$2b$12$abcdefghijklmnopqrstuu") });
    assert.equal(await canSignIn("bob@example.com", chosen), false);
    await post("/auth/password/forgot", { email: "bob@example.com" });
    await post("/auth/password/reset", { token: await mailedToken(), password: another });
    assert.equal(await canSignIn("bob@example.com", another), true);
  });
});
