import assert from "node:assert/strict";
import { test } from "node:test";
import { countHashes } from "../password/hash-count.fixture.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { another, chosen, codeOf, openAccountApi, positionOf, shown, tokenIn } from "./account.fixture.ts";
import { saveLink } from "./link-store.ts";

const links = sql("SELECT * FROM identity_links");
const revocations = sql("SELECT kind, key FROM identity_revocations ORDER BY seq");
const openFamilies = sql("SELECT id FROM identity_sessions WHERE ended_at IS NULL AND kind = 'tokens'");

describeOnEach("a lost password", (kind) => {
  test("a link from the mailbox sets another password, ends every session, and signs nobody in (L-19)", async (t) => {
    const database = await kind.open(t);
    const api = openAccountApi(t, database);
    const { post, mailed, mailedToken, register, canSignIn, isSignedIn, browser, begin, events } = api;
    const ada = await register("ada@example.com");
    const bob = await register("bob@example.com");
    const [session, others] = [await browser(ada), await browser(bob)];
    await begin(ada, "tokens");
    const before = await positionOf(api, ada.id);

    const asked = await post("/auth/password/forgot", { email: "ADA@example.com" });
    assert.equal(asked.status, 202);
    assert.deepEqual(await asked.json(), { status: "accepted" });
    const token = await mailedToken();
    assert.equal(await isSignedIn(session), true);
    const answer = await post("/auth/password/reset", { token, password: another });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.equal(await isSignedIn(session), false);
    assert.equal(await isSignedIn(others), true);
    assert.deepEqual(await database.run(all(openFamilies)), []);
    assert.equal(await canSignIn("ada@example.com", chosen), false);
    assert.equal(await canSignIn("ada@example.com", another), true);
    assert.equal(await canSignIn("bob@example.com", chosen), true);

    // Access tokens that were issued earlier have a position before the revocation of the subject.
    assert.ok((await positionOf(api, ada.id)) > before);
    const entries = await database.run(all(revocations));
    assert.ok(entries.some(({ kind, key }) => kind === "subject" && key === ada.id));
    assert.ok(!entries.some(({ key }) => key === bob.id));
    assert.ok(events.some(({ type }) => type === "password.reset"));
    const [notice] = await mailed();
    assert.equal(notice?.to, "ada@example.com");
    assert.match(notice?.subject ?? "", /was changed/);
  });

  test("links lead to the configured pages, whatever host the request names (L-19)", async (t) => {
    const database = await kind.open(t);
    for (const [links, expected] of [
      [undefined, "https://as.test/auth/password/reset#token="],
      [{ reset: "https://app.example/new-password#token={token}" }, "https://app.example/new-password#token="],
    ] as const) {
      const { post, mailed, register } = openAccountApi(t, database, links === undefined ? {} : { links });
      const email = `${expected.length}@example.com`;
      await register(email);
      const headers = {
        host: "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "http",
        "x-original-host": "evil.example",
        forwarded: "host=evil.example",
        origin: "https://evil.example",
        referer: "https://evil.example/",
      };
      await post("/auth/password/forgot", { email }, { headers });
      const [message] = await mailed();
      assert.ok(message !== undefined && message.text.includes(expected), message?.text);
      assert.ok(!message.text.includes("evil"));
    }
  });

  test("a link works once, for 15 minutes, and a newer link invalidates it (L-19)", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, register, clock, canSignIn } = openAccountApi(t, database);
    await register("ada@example.com");
    const ask = async (): Promise<string> => {
      await post("/auth/password/forgot", { email: "ada@example.com" });
      return mailedToken();
    };
    const use = async (token: string, password: string): Promise<number> =>
      (await post("/auth/password/reset", { token, password })).status;
    const [first, second] = [await ask(), await ask()];
    // It cannot confirm an address: it is refused before its account is read.
    const hashes = countHashes(t);
    assert.equal((await post("/auth/verify", { token: second, password: chosen })).status, 400);
    assert.equal(hashes.since(), 0);
    const refused = await post("/auth/password/reset", { token: first, password: another });
    assert.deepEqual([refused.status, await codeOf(refused)], [400, "invalid_link"]);
    assert.equal(await use(second, another), 204);
    assert.equal(await use(second, "yet another nine candles"), 400);
    assert.equal(await canSignIn("ada@example.com", another), true);

    const third = await ask();
    clock.advance(900);
    assert.equal(await use(third, chosen), 400);
    const fourth = await ask();
    clock.advance(899);
    assert.equal(await use(fourth, chosen), 204);
    assert.equal(await canSignIn("ada@example.com", chosen), true);
  });

  test("a link opens the account that it was sent to, even if the request names another (L-20)", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, register, canSignIn } = openAccountApi(t, database);
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    await post("/auth/password/forgot", { email: "ada@example.com" });
    const token = await mailedToken();
    for (const named of [
      { id: bob.id },
      { userId: bob.id },
      { sub: bob.id },
      { email: "bob@example.com" },
      { accountId: bob.id },
    ]) {
      assert.equal((await post("/auth/password/reset", { token, password: another, ...named })).status, 422);
    }
    assert.equal((await post(`/auth/password/reset?id=${bob.id}&email=bob@example.com`, { token, password: another })).status, 204);
    assert.equal(await canSignIn("bob@example.com", chosen), true);
    assert.equal(await canSignIn("bob@example.com", another), false);
    assert.equal(await canSignIn("ada@example.com", another), true);
    assert.notEqual(ada.id, bob.id);
  });

  test("the answer and the work are the same for known, unknown and disabled accounts; mail goes only to the first (L-05)", async (t) => {
    const database = await kind.open(t);
    const { post, mailed, register, accounts } = openAccountApi(t, database);
    await register("ada@example.com");
    const off = await register("off@example.com");
    await accounts.disable(off.id);
    const hashes = countHashes(t);
    const answers: unknown[] = [];
    for (const [index, email] of ["ada@example.com", "nobody@example.com", "off@example.com"].entries()) {
      answers.push(await shown(await post("/auth/password/forgot", { email })));
      assert.equal((await database.run(all(links))).length, index + 1);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(answers[0], answers[2]);
    assert.equal(hashes.since(), 0);
    assert.deepEqual(
      (await mailed()).map(({ to }) => to),
      ["ada@example.com"],
    );
  });

  test("a reset confirms the address of an account that an administrator made without a password", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, accounts, canSignIn, clock } = openAccountApi(t, database);
    const { id } = await accounts.create({ email: "ada@example.com" });
    assert.equal((await accounts.find(id))?.verifiedAt, undefined);
    await post("/auth/password/forgot", { email: "ada@example.com" });
    clock.advance(60);
    assert.equal((await post("/auth/password/reset", { token: await mailedToken(), password: chosen })).status, 204);
    assert.equal((await accounts.find(id))?.verifiedAt, clock.now);
    assert.equal(await canSignIn("ada@example.com", chosen), true);
  });

  test("a link stops working when the account is disabled, gets another password, or moves to another address", async (t) => {
    const database = await kind.open(t);
    const { post, mailed, register, accounts, browser } = openAccountApi(t, database);
    const moved = async (session: Parameters<typeof post>[2], email: string): Promise<void> => {
      await post("/auth/email", { email, password: chosen }, session);
      const token = (await mailed()).map(({ text }) => tokenIn(text)).find((each) => each !== undefined);
      assert.equal((await post("/auth/verify", { token, password: chosen })).status, 200);
    };
    const ways: readonly ((id: string, session: Parameters<typeof post>[2]) => Promise<unknown>)[] = [
      (id) => accounts.disable(id),
      async (id) => {
        await accounts.disable(id);
        await accounts.enable(id);
      },
      (_id, session) => post("/auth/password", { currentPassword: chosen, newPassword: another }, session),
      (_id, session) => moved(session, "elsewhere@example.com"),
      (id) => accounts.delete(id),
    ];
    for (const [index, way] of ways.entries()) {
      const email = `user${index}@example.com`;
      const account = await register(email);
      const session = { session: await browser(account) };
      await post("/auth/password/forgot", { email });
      const token = (await mailed()).map(({ text }) => tokenIn(text))[0] ?? assert.fail();
      await way(account.id, session);
      await mailed();
      const answer = await post("/auth/password/reset", { token, password: "yet another nine candles" });
      assert.deepEqual([answer.status, await codeOf(answer)], [400, "invalid_link"], `way ${index}`);
    }
  });

  test("a link to an address that the account no longer has opens nothing, even if it was saved during the move", async (t) => {
    const database = await kind.open(t);
    const { post, register, settings, canSignIn } = openAccountApi(t, database);
    const { id } = await register("ada@example.com");
    const createdAt = settings.clock();
    for (const [email, status] of [
      ["before@example.com", 400],
      ["ada@example.com", 204],
    ] as const) {
      const token = newSecret();
      const link = { token, purpose: "reset", accountId: id, email, passwordHash: undefined } as const;
      await database.run(saveLink({ ...link, createdAt, expiresAt: createdAt + 1000 }));
      assert.equal((await post("/auth/password/reset", { token: token.reveal(), password: another })).status, status);
      assert.equal(await canSignIn("ada@example.com", another), status === 204);
    }
  });

  test("a weak password does not spend the link", async (t) => {
    const database = await kind.open(t);
    const { post, mailedToken, register } = openAccountApi(t, database);
    await register("ada@example.com");
    await post("/auth/password/forgot", { email: "ada@example.com" });
    const token = await mailedToken();
    const weak = await post("/auth/password/reset", { token, password: "ada@example.com" });
    assert.deepEqual([weak.status, await codeOf(weak)], [422, "weak_password"]);
    assert.equal((await post("/auth/password/reset", { token, password: another })).status, 204);
  });

  test("an unknown link costs no hash; too many attempts are refused", async (t) => {
    const database = await kind.open(t);
    const { post } = openAccountApi(t, database, { throttle: { link: { wideNetwork: { attempts: 3, seconds: 600 } } } });
    const hashes = countHashes(t);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      statuses.push((await post("/auth/password/reset", { token: "A".repeat(43), password: another })).status);
    }
    assert.deepEqual(statuses, [400, 400, 400, 429, 429]);
    assert.equal(hashes.since(), 0);
  });
});
