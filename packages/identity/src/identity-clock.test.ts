import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ask, type IdentityApi, openIdentityApi, password, reveal, textIn } from "./identity.fixture.ts";
import { describeOnEach } from "./store/database.fixture.ts";

const routes = [
  "/me",
  "/fresh",
  "/signed-in",
  "/notes",
  "/client",
  "/service",
  "/auth/sessions",
  "/auth/api-keys",
  "/auth/account",
];

/** One credential of each kind, issued before the jump. */
async function credentialsOf({ account, auth, ask, session, serviceAccount, signIn }: IdentityApi) {
  const alice = await account("alice");
  const service = await serviceAccount();
  const tokens = await signIn(alice);
  const key = await auth.apiKeys.create({ owner: { account: alice.id }, name: "mine", scopes: [] }, []);
  const own = await ask("POST", "/auth/token", { form: { grant_type: "client_credentials" }, basic: service });
  const shown: readonly Ask[] = [
    {},
    { token: tokens.access },
    { cookie: await session(alice) },
    { key: reveal(key.key) },
    { token: textIn(own, "access_token") },
  ];
  return { alice, service, tokens, shown };
}

const jumps = [
  ["an hour back", -3600],
  ["a day back", -86_400],
  ["ten years back", -10 * 365 * 86_400],
  ["an hour forward", 3600],
  ["a year forward", 365 * 86_400],
  ["a hundred years forward", 100 * 365 * 86_400],
] as const;

describeOnEach("a clock that jumps", (database) => {
  for (const [name, seconds] of jumps) {
    test(`${name}: no credential leads to a 5xx, and signing in works`, async (t) => {
      const app = await openIdentityApi(t, await database.open(t));
      const { ask, clock, errors } = app;
      const { alice, service, tokens, shown } = await credentialsOf(app);
      clock.advance(seconds);
      for (const path of [...routes, "/.well-known/jwks.json"]) {
        for (const credential of shown) {
          const { status, text } = await ask("GET", path, credential);
          assert.ok(status < 500, `${path}: ${text}`);
        }
      }
      const forms = [
        { grant_type: "refresh_token", refresh_token: tokens.refresh },
        { grant_type: "client_credentials", client_id: service.id },
      ];
      for (const form of forms) assert.ok((await ask("POST", "/auth/token", { form })).status < 500);
      for (const token of [tokens.refresh, tokens.access]) {
        assert.ok((await ask("POST", "/auth/revoke", { form: { token } })).status < 500);
      }
      const form = { grant_type: "password", username: alice.email, password };
      const again = await ask("POST", "/auth/token", { form });
      assert.equal(again.status, 200, again.text);
      assert.equal((await ask("GET", "/me", { token: textIn(again, "access_token") })).status, 200);
      assert.equal((await ask("GET", "/me", { cookie: await app.session(alice) })).status, 200);
      assert.deepEqual(errors, []);
    });
  }
});
