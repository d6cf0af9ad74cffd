/** Many identical requests at once, in each flow that changes an account. Each of them costs a password hash. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { hashPassword } from "../password/password-hash.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { another, chosen, openAccountApi, tokenIn } from "./account.fixture.ts";
import { saveLink } from "./link-store.ts";

const accountRows = sql("SELECT * FROM identity_accounts");

describeOnEach("registering, many at once", (kind) => {
  test("of 50 requests that open one link at once, one makes the account", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, events } = openAccountApi(t, database);
    await post("/auth/register", { email: "ada@example.com", password: chosen });
    const token = await mailedToken();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post("/auth/verify", { token, password: chosen })));
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    assert.deepEqual(statuses, [201, ...Array.from({ length: 49 }, () => 400)]);
    assert.equal((await database.run(all(accountRows))).length, 1);
    assert.equal(events.filter(({ type }) => type === "account.registered").length, 1);
  });

  test("of 50 registrations of one address that are confirmed at once, the first to commit makes the account", async (t) => {
    const database = await kind.open(t);
    const { post, settings, accounts } = openAccountApi(t, database);
    const passwordHash = await hashPassword(new Redacted(chosen));
    const tokens = Array.from({ length: 50 }, () => newSecret());
    const createdAt = settings.clock();
    for (const [index, token] of tokens.entries()) {
      const email = index % 2 === 0 ? "ada@example.com" : "ADA@Example.com";
      const link = { token, email, passwordHash, createdAt, expiresAt: createdAt + 1000 };
      await database.run(saveLink({ ...link, purpose: "register", accountId: undefined }));
    }
    const answers = await Promise.all(tokens.map((token) => post("/auth/verify", { token: token.reveal(), password: chosen })));
    const made = answers.filter(({ status }) => status === 201);
    assert.equal(made.length, 1);
    assert.ok(answers.every((answer) => answer === made[0] || answer.status === 400));
    assert.deepEqual(await made[0]?.json(), { id: (await accounts.findByEmail("ada@example.com"))?.id });
    assert.equal((await database.run(all(accountRows))).length, 1);
  });
});

describeOnEach("a lost password, many at once", (kind) => {
  test("of 50 requests that use one link at once, one succeeds, and its password is the one that works (L-20)", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, register, canSignIn, events } = openAccountApi(t, database);
    await register("ada@example.com");
    await post("/auth/password/forgot", { email: "ada@example.com" });
    const token = await mailedToken();
    const passwords = Array.from({ length: 50 }, (_, index) => `${another} number ${index}`);
    const answers = await Promise.all(passwords.map((password) => post("/auth/password/reset", { token, password })));
    const winners = answers.flatMap(({ status }, index) => (status === 204 ? [passwords[index] ?? ""] : []));
    assert.equal(winners.length, 1);
    assert.ok(answers.every(({ status }) => status === 204 || status === 400));
    assert.equal(await canSignIn("ada@example.com", winners[0] ?? ""), true);
    assert.equal(events.filter(({ type }) => type === "password.reset").length, 1);
  });
});

describeOnEach("changing the address, many at once", (kind) => {
  test("of 50 requests that confirm one link at once, and of two accounts that want one address, one succeeds", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, mailed, accounts } = openAccountApi(t, database);
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    const tokens: string[] = [];
    for (const account of [ada, bob]) {
      await post("/auth/email", { email: "wanted@example.com", password: chosen }, { session: await browser(account) });
      tokens.push((await mailed()).map(({ text }) => tokenIn(text))[0] ?? assert.fail());
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => post("/auth/verify", { token: tokens[index % 2], password: chosen })),
    );
    const moved = answers.filter(({ status }) => status === 200);
    assert.equal(moved.length, 1);
    assert.ok(answers.every((answer) => answer === moved[0] || answer.status === 400));
    const owner = await accounts.findByEmail("wanted@example.com");
    assert.deepEqual(await moved[0]?.json(), { id: owner?.id });
    const emails = await Promise.all([ada, bob].map(async ({ id }) => (await accounts.find(id))?.email));
    assert.equal(emails.filter((email) => email === "wanted@example.com").length, 1);
  });

  test("if one account moves to an address while another registers with it, one of them gets it", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, mailed, mailedToken, accounts } = openAccountApi(t, database);
    for (let round = 0; round < 5; round += 1) {
      const wanted = `wanted${round}@example.com`;
      const ada = await register(`ada${round}@example.com`);
      await post("/auth/email", { email: wanted, password: chosen }, { session: await browser(ada) });
      const move = (await mailed()).map(({ text }) => tokenIn(text))[0] ?? assert.fail();
      await post("/auth/register", { email: wanted, password: chosen });
      const create = await mailedToken();
      const answers = await Promise.all([move, create].map((token) => post("/auth/verify", { token, password: chosen })));
      const statuses = answers.map(({ status }) => status);
      assert.ok(statuses[0] === 200 ? statuses[1] === 400 : statuses[0] === 400 && statuses[1] === 201, statuses.join());
      assert.ok(await accounts.findByEmail(wanted));
    }
  });
});

describeOnEach("changing the password, many at once", (kind) => {
  test("of 30 changes at once with one current password, one succeeds", async (t) => {
    const database = await kind.open(t);
    const { post, register, begin, canSignIn, events } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const { secret: session } = await begin(ada);
    assert.ok(session);
    const passwords = Array.from({ length: 30 }, (_, index) => `${another} number ${index}`);
    const answers = await Promise.all(
      passwords.map((newPassword) => post("/auth/password", { currentPassword: chosen, newPassword }, { session })),
    );
    const winners = answers.flatMap(({ status }, index) => (status === 204 ? [passwords[index] ?? ""] : []));
    assert.equal(winners.length, 1);
    assert.ok(answers.every(({ status }) => [204, 401, 403].includes(status)));
    assert.equal(await canSignIn("ada@example.com", winners[0] ?? ""), true);
    assert.equal(events.filter(({ type }) => type === "password.changed").length, 1);
  });
});
