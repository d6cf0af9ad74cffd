/** How many statements a request costs that is allowed, and which columns they read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ask, openIdentityApi } from "./identity.fixture.ts";
import { describeOnEach } from "./store/database.fixture.ts";
import { recording } from "./store/recording.fixture.ts";

describeOnEach("the statements of a signed-in request", (database) => {
  test("a token costs none; a fresh token, a session and a key cost one each; no statement reads the password's hash", async (t) => {
    const { database: noted, texts } = recording(await database.open(t));
    // The feed reads in the background otherwise.
    const revocation = { pollMs: 1_000_000_000 };
    const { account, ask, auth, session, signIn } = await openIdentityApi(t, noted, { revocation });
    const alice = await account("alice");
    const [{ access: token }, cookie] = [await signIn(alice), await session(alice)];
    const wanted = { owner: { account: alice.id }, name: "mine", scopes: ["notes:read"], expiresInDays: 1 };
    const made = await auth.apiKeys.create(wanted, ["notes:read"]);
    const key = made.key.reveal();
    const cases: readonly (readonly [path: string, credential: Ask, statements: number])[] = [
      ["/me", { token }, 0],
      ["/fresh", { token }, 1],
      ["/me", { cookie }, 1],
      ["/fresh", { cookie }, 1],
      ["/notes", { key }, 1],
    ];
    for (const [path, credential, statements] of cases) {
      // The first request of a credential may do more.
      await ask("GET", path, credential);
      texts.length = 0;
      assert.equal((await ask("GET", path, credential)).status, 200, path);
      assert.equal(texts.length, statements, `${path} ${Object.keys(credential).join()}: ${texts.join("; ")}`);
      for (const text of texts) assert.doesNotMatch(text, /password_hash|SELECT \*/);
    }
  });

  test("finding an account is one statement, which does not read the password's hash", async (t) => {
    const { database: noted, texts } = recording(await database.open(t));
    const { account, auth } = await openIdentityApi(t, noted, { revocation: { pollMs: 1_000_000_000 } });
    const alice = await account("alice");
    for (const find of [() => auth.accounts.find(alice.id), () => auth.accounts.findByEmail(alice.email)]) {
      texts.length = 0;
      assert.deepEqual(await find(), alice);
      assert.equal(texts.length, 1);
      assert.doesNotMatch(texts.join(), /password_hash|SELECT \*/);
    }
  });
});
