import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { another, chosen, codeOf, openAccountApi, shown, tokenIn } from "./account.fixture.ts";

const links = sql("SELECT * FROM identity_links");

describeOnEach("changing the address", (kind) => {
  test("refuses a wrong password, notifies both mailboxes, and keeps the old address until the new one is confirmed (L-21)", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, mailed, accounts, canSignIn, clock, events, isSignedIn } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    for (const [password, status] of [
      [another, 403],
      ["", 422],
    ] as const) {
      assert.equal((await post("/auth/email", { email: "new@example.com", password }, { session })).status, status);
    }
    assert.equal((await post("/auth/email", { email: "new@example.com", password: chosen })).status, 401);
    assert.deepEqual(await mailed(), []);

    const answer = await post("/auth/email", { email: "New@example.com", password: chosen }, { session });
    assert.equal(answer.status, 202);
    const messages = await mailed();
    assert.deepEqual(
      messages.map(({ to }) => to),
      ["New@example.com", "ada@example.com"],
    );
    // A link to the old address, which must stop working when the address changes.
    await post("/auth/password/forgot", { email: "ada@example.com" });
    await mailed();
    const [token, none] = messages.map(({ text }) => tokenIn(text));
    assert.ok(token);
    assert.equal(none, undefined);
    assert.ok(!messages[1]?.text.includes("New@"));
    assert.equal((await accounts.find(ada.id))?.email, "ada@example.com");
    assert.equal(await canSignIn("new@example.com", chosen), false);

    // The link alone is not enough, and it cannot reset a password.
    const refused = await post("/auth/verify", { token, password: another });
    assert.deepEqual([refused.status, await codeOf(refused)], [403, "wrong_password"]);
    assert.equal((await post("/auth/password/reset", { token, password: another })).status, 400);
    clock.advance(60);
    const verified = await post("/auth/verify", { token, password: chosen });
    assert.equal(verified.status, 200);
    assert.deepEqual(await verified.json(), { id: ada.id });
    assert.deepEqual(await accounts.find(ada.id), { ...ada, email: "New@example.com", verifiedAt: clock.now });
    assert.deepEqual(await database.run(all(links)), []);
    assert.equal(await canSignIn("ada@example.com", chosen), false);
    assert.equal(await canSignIn("new@example.com", chosen), true);
    assert.equal(await isSignedIn(session), true);
    assert.deepEqual(
      (await mailed()).map(({ to, subject }) => [to, subject]),
      [["ada@example.com", "Your account at as.test has another address"]],
    );
    assert.ok(events.some(({ type }) => type === "account.address_changed"));
    assert.equal((await post("/auth/verify", { token, password: chosen })).status, 400);
    // The old address is free again.
    await register("ada@example.com");
  });

  test("the answer does not reveal whether somebody has the address, and nobody can take it (L-21, L-05)", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, mailed, accounts } = openAccountApi(t, database);
    const [ada, bob] = [await register("ada@example.com"), await register("Bob@example.com")];
    const session = await browser(ada);
    const answers: unknown[] = [];
    for (const email of ["free@example.com", "BOB@example.com"]) {
      answers.push(await shown(await post("/auth/email", { email, password: chosen }, { session })));
    }
    assert.deepEqual(answers[0], answers[1]);
    const messages = await mailed();
    assert.deepEqual(
      messages.map(({ to, text }) => [to, tokenIn(text) !== undefined]),
      [
        ["free@example.com", true],
        ["ada@example.com", false],
        ["Bob@example.com", false],
        ["ada@example.com", false],
      ],
    );
    assert.equal((await accounts.find(bob.id))?.email, "Bob@example.com");
  });

  test("a newer request invalidates the earlier link; so does a change of the password", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, mailed, accounts } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    const ask = async (email: string): Promise<string> => {
      await post("/auth/email", { email, password: chosen }, { session });
      return (await mailed()).map(({ text }) => tokenIn(text))[0] ?? assert.fail();
    };
    const [first, second] = [await ask("one@example.com"), await ask("two@example.com")];
    assert.equal((await post("/auth/verify", { token: first, password: chosen })).status, 400);
    // An attacker who knew the password and asked for another address loses the link when the owner changes the password.
    assert.equal((await post("/auth/password", { currentPassword: chosen, newPassword: another }, { session })).status, 204);
    for (const password of [chosen, another]) {
      assert.equal((await post("/auth/verify", { token: second, password })).status, 400);
    }
    assert.equal((await accounts.find(ada.id))?.email, "ada@example.com");
  });
});
