import assert from "node:assert/strict";
import { test } from "node:test";
import { countHashes } from "../password/hash-count.fixture.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { all, sql } from "../store/statement.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { another, chosen, codeOf, openAccountApi, shown } from "./account.fixture.ts";
import { removeExpiredLinks } from "./link-store.ts";

const allOf = (table: string) => sql(`SELECT * FROM ${table}`);
const links = allOf("identity_links");

describeOnEach("registering", (kind) => {
  test("makes an account after the link was opened and the password entered; its address is confirmed", async (t) => {
    const database = await kind.open(t);
    const { post, mailed, mailedToken, accounts, canSignIn, clock, events, register } = openAccountApi(t, database);
    const answer = await post("/auth/register", { email: "Ada@example.com", password: chosen });
    assert.equal(answer.status, 202);
    assert.deepEqual(await answer.json(), { status: "accepted" });
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(await accounts.findByEmail("ada@example.com"), undefined);
    assert.equal(await canSignIn("ada@example.com", chosen), false);

    const [message, ...others] = await mailed();
    assert.equal(message?.to, "Ada@example.com");
    assert.deepEqual(others, []);
    const token = /#token=(\S+)$/m.exec(message.text)?.[1];
    assert.ok(message.text.includes(`https://as.test/auth/verify#token=${token}`));
    clock.advance(60);
    const verified = await post("/auth/verify", { token, password: chosen });
    assert.equal(verified.status, 201);
    assert.equal(verified.headers.get("cache-control"), "no-store");
    const account = await accounts.findByEmail("ada@example.com");
    assert.deepEqual(await verified.json(), { id: account?.id });
    assert.deepEqual(account, {
      id: account?.id,
      email: "Ada@example.com",
      foreignId: undefined,
      isSelfRegistered: true,
      createdAt: clock.now,
      verifiedAt: clock.now,
      disabledAt: undefined,
    });
    assert.equal(await canSignIn("ada@example.com", chosen), true);
    assert.equal(await canSignIn("ada@example.com", another), false);
    assert.deepEqual(
      events.map(({ type }) => type).filter((type) => type.startsWith("account.")),
      ["account.registration_requested", "account.registered"],
    );
    await register("second@example.com");
    await assert.rejects(mailedToken());
  });

  test("answers the same after the same work for every address; only the mailbox learns of an account (L-05)", async (t) => {
    const database = await kind.open(t);
    const { post, mailed, register } = openAccountApi(t, database);
    await register("Ada@example.com");
    const hashes = countHashes(t);
    const before = (await database.run(all(links))).length;
    const answers: unknown[] = [];
    for (const email of ["nobody@example.com", "ADA@example.com"]) {
      answers.push(await shown(await post("/auth/register", { email, password: another })));
      assert.equal(hashes.since(), 1, email);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal((await database.run(all(links))).length, before + 2);
    const messages = await mailed();
    // The message goes to the stored address, not to the spelling that was typed.
    assert.deepEqual(
      messages.map(({ to }) => to),
      ["nobody@example.com", "Ada@example.com"],
    );
    assert.match(messages[0]?.text ?? "", /#token=/);
    assert.doesNotMatch(messages[1]?.text ?? "", /token|http/);
  });

  test("refuses throttled attempts alike for known and unknown addresses, before any hash (L-05)", async (t) => {
    const database = await kind.open(t);
    const key = { attempts: 1, seconds: 3600 };
    const { post, register, mailed } = openAccountApi(t, database, {
      throttle: { register: { key } },
    });
    await register("ada@example.com");
    await post("/auth/register", { email: "nobody@example.com", password: another });
    await mailed();
    const hashes = countHashes(t);
    const [known, unknown] = await Promise.all(
      ["ADA@example.com", "nobody@example.com"].map((email) => post("/auth/register", { email, password: another })),
    );
    assert.equal(known?.status, 429);
    assert.deepEqual(await shown(known), await shown(unknown ?? assert.fail()));
    assert.equal(hashes.since(), 0);
    assert.deepEqual(await mailed(), []);
  });

  test("needs the chosen password: the link alone does not confirm what somebody else registered with one's address", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, accounts, canSignIn, events } = openAccountApi(t, database);
    // Eve registers with Ada's address. Ada opens the link and enters the password that she would have chosen.
    await post("/auth/register", { email: "ada@example.com", password: "the password of eve only" });
    const token = await mailedToken();
    const hashes = countHashes(t);
    const refused = await post("/auth/verify", { token, password: chosen });
    assert.equal(refused.status, 403);
    assert.equal(await codeOf(refused), "wrong_password");
    assert.equal(hashes.since(), 1);
    assert.equal(await accounts.findByEmail("ada@example.com"), undefined);
    assert.equal(events.at(-1)?.type, "sign_in.failed");
    // Ada registers herself: her link and her password work, and Eve's attempt becomes invalid.
    await post("/auth/register", { email: "ada@example.com", password: chosen });
    assert.equal((await post("/auth/verify", { token: await mailedToken(), password: chosen })).status, 201);
    const late = await post("/auth/verify", { token, password: "the password of eve only" });
    assert.equal(late.status, 400);
    assert.equal(await codeOf(late), "invalid_link");
    assert.equal(await canSignIn("ada@example.com", "the password of eve only"), false);
    assert.equal(await canSignIn("ada@example.com", chosen), true);
  });

  test("a mistyped password does not spend the link", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken } = openAccountApi(t, database);
    await post("/auth/register", { email: "ada@example.com", password: chosen });
    const token = await mailedToken();
    assert.equal((await post("/auth/verify", { token, password: "seven quiet lantern drift" })).status, 403);
    assert.equal((await post("/auth/verify", { token, password: chosen })).status, 201);
  });

  test("a link works once, for 15 minutes, for its own purpose, and unchanged", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, clock, accounts } = openAccountApi(t, database);
    await post("/auth/register", { email: "ada@example.com", password: chosen });
    const token = await mailedToken();
    for (const wrong of [`${token}A`, token.slice(1), token.toLowerCase(), newSecret().reveal(), "x", "'; --"]) {
      const refused = await post("/auth/verify", { token: wrong, password: chosen });
      assert.deepEqual([refused.status, await codeOf(refused)], [400, "invalid_link"], wrong);
    }
    // A link to confirm an address cannot reset a password.
    assert.equal((await post("/auth/password/reset", { token, password: another })).status, 400);
    clock.advance(899);
    assert.equal((await post("/auth/verify", { token, password: chosen })).status, 201);
    assert.equal((await post("/auth/verify", { token, password: chosen })).status, 400);

    await post("/auth/register", { email: "bob@example.com", password: chosen });
    const old = await mailedToken();
    clock.advance(900);
    assert.equal((await post("/auth/verify", { token: old, password: chosen })).status, 400);
    assert.equal(await accounts.findByEmail("bob@example.com"), undefined);
    // Links that have expired are removed in time; others stay.
    await post("/auth/register", { email: "bob@example.com", password: chosen });
    assert.equal(await database.run(removeExpiredLinks(clock.now, 10)), 1);
    assert.equal((await database.run(all(links))).length, 1);
  });

  test("takes an address with blanks around it, as a keyboard or autofill writes it, for the address (R-11)", async (t) => {
    const { accounts, post, mailed, mailedToken } = openAccountApi(t, await kind.open(t));
    assert.equal((await post("/auth/register", { email: " eve@example.com ", password: chosen })).status, 202);
    const token = await mailedToken();
    assert.equal((await post("/auth/verify", { token, password: chosen })).status, 201);
    const eve = await accounts.findByEmail("eve@example.com");
    assert.equal(eve?.email, "eve@example.com");
    // The same address again, with other blanks, makes no second account.
    assert.equal((await post("/auth/register", { email: "eve@example.com\u00a0", password: chosen })).status, 202);
    assert.deepEqual(
      (await mailed()).map(({ to }) => to),
      ["eve@example.com"],
    );
    await assert.rejects(accounts.create({ email: "eve@example.com " }), { code: "address_taken" });
    assert.equal((await accounts.list({ limit: 10 })).length, 1);
  });

  test("refuses weak passwords and invalid addresses without a hash or a message, and echoes nothing", async (t) => {
    const database = await kind.open(t);
    const { post, mailed } = openAccountApi(t, database);
    const hashes = countHashes(t);
    for (const [body, code] of [
      [{ email: "ada@example.com", password: "short" }, "weak_password"],
      [{ email: "ada@example.com", password: "ada@example.com" }, "weak_password"],
      [{ email: "ada@example.com", password: "as.test as.test as.test" }, "weak_password"],
      [{ email: "ada@example.com", password: "correct horse battery staple" }, "weak_password"],
      [{ email: "ada@example.com", password: "x".repeat(1025) }, "invalid_input"],
      [{ email: "a@b＠c.example", password: chosen }, "invalid_input"],
      [{ email: "ada@ex\u0430mple.com", password: chosen }, "invalid_input"],
      [{ email: "ada@example.com,eve@evil.example", password: chosen }, "invalid_input"],
      [{ email: "ada@example.com\r\nBcc: eve@evil.example", password: chosen }, "invalid_input"],
      [{ email: "ada@example.com\u0000", password: chosen }, "invalid_input"],
      [{ email: ["ada@example.com"], password: chosen }, "invalid_input"],
      [{ email: "ada@example.com" }, "invalid_input"],
      [{ email: "ada@example.com", password: chosen, verifiedAt: 1, id: "x", role: "admin" }, "invalid_input"],
    ] as const) {
      const answer = await post("/auth/register", body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      const text = await answer.text();
      assert.equal((JSON.parse(text) as { code: string }).code, code, JSON.stringify(body));
      assert.ok(!text.includes("eve@evil") && !text.includes("battery"), text);
    }
    assert.equal(hashes.since(), 0);
    assert.deepEqual(await mailed(), []);
    assert.deepEqual(await database.run(all(links)), []);
  });

  test("has no route if registration is closed", async (t) => {
    const database = await kind.open(t);
    const { post } = openAccountApi(t, database, { settings: { registration: "closed" } });
    assert.equal((await post("/auth/register", { email: "ada@example.com", password: chosen })).status, 404);
    assert.equal((await post("/auth/password/forgot", { email: "ada@example.com" })).status, 202);
  });

  test("stores no password and no token", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, events } = openAccountApi(t, database);
    await post("/auth/register", { email: "ada@example.com", password: chosen });
    const token = await mailedToken();
    const kept = JSON.stringify([await database.run(all(links)), await database.run(all(allOf("identity_audit_events"))), events]);
    assert.ok(!kept.includes(token) && !kept.includes(chosen));
    assert.ok(kept.includes("$argon2id$"));
  });
});
