import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKeyQuery, type BuildError } from "lockstep";
import { testApi } from "../api-key/api-key-api.fixture.ts";
import { generateApiKey } from "../api-key/api-key-format.ts";
import { disable, LimitedThrottle, testKeys } from "../api-key/api-key.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";

describeOnEach("the caller by API key", (databases) => {
  test("every key that is not valid gets the same answer, byte for byte (K-01)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const [right, revoked, ofDisabled] = [
      await keys.make(),
      await keys.make(),
      await keys.apiKeys.create({ owner: { account: keys.bob }, name: "k", scopes: [] }, []),
    ];
    await keys.apiKeys.revoke(revoked.apiKey.id);
    await disable(keys.watched, keys.bob);
    const { key: unknown } = generateApiKey(keys.settings);
    const text = right.key.reveal();
    const attempts = [unknown.reveal(), revoked.key.reveal(), ofDisabled.key.reveal(), "changeme", `${text}0`, text.toLowerCase()];
    const answers = new Set<string>();
    for (const key of attempts) {
      const { status, headers, text } = await ask("GET", "/notes", { key });
      answers.add(`${status} ${headers.get("www-authenticate")} ${text}`);
    }
    assert.equal(answers.size, 1);
    assert.match([...answers].join(), /^401 /);
    assert.equal((await ask("GET", "/notes", { key: text })).status, 200);
  });

  test("a key in the URL is ignored, and a scheme that reads one must be marked as unsafe (K-04)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const key = (await keys.make()).key.reveal();
    for (const name of ["api_key", "X-API-Key", "key"]) assert.equal((await ask("GET", `/notes?${name}=${key}`)).status, 401);
    assert.equal((await ask("GET", "/notes", { key })).status, 200);
    // JavaScript that leaves `unsafeInUrl` out. In TypeScript it does not compile.
    const careless = { name: "api_key" } as Parameters<typeof apiKeyQuery>[0];
    assert.throws(
      () => apiKeyQuery(careless),
      (error: BuildError) => error.code === "wrong_scheme",
    );
  });

  test("a key for reading cannot write (K-05)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const reader = (await keys.make({ scopes: ["notes:read"] })).key.reveal();
    const refused = await ask("POST", "/notes", { key: reader });
    assert.deepEqual([refused.status, refused.body["code"]], [403, "insufficient_scope"]);
    assert.equal((await ask("GET", "/notes", { key: reader })).status, 200);
    assert.equal((await ask("POST", "/notes", { key: (await keys.make()).key.reveal() })).status, 200);
  });

  test("while the database is away a key is 503, never accepted and never 401 or 500 (S-22)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const key = (await keys.make()).key.reveal();
    keys.watched.isAway = true;
    for (const answer of [await ask("GET", "/notes", { key }), await ask("GET", "/auth/api-keys", { as: keys.alice })]) {
      assert.deepEqual([answer.status, answer.body["code"]], [503, "unavailable"]);
      assert.ok(answer.headers.get("retry-after"));
      assert.ok(!answer.text.includes("away"));
    }
    keys.watched.isAway = false;
    assert.equal((await ask("GET", "/notes", { key })).status, 200);
  });

  test("too many wrong keys are 429 with Retry-After (K-14)", async (t) => {
    const keys = await testKeys(await databases.open(t), { throttle: new LimitedThrottle(0) });
    const { ask } = testApi(keys);
    const answer = await ask("GET", "/notes", { key: (await keys.make()).key.reveal() });
    assert.deepEqual([answer.status, answer.body["code"], answer.headers.get("retry-after")], [429, "too_many_requests", "60"]);
  });

  test("a key of a megabyte is refused without asking the database (K-16)", async (t) => {
    const keys = await testKeys(await databases.open(t));
    const { ask } = testApi(keys);
    const key = (await keys.make()).key.reveal();
    keys.watched.asked = 0;
    assert.equal((await ask("GET", "/notes", { key: key.padEnd(1_048_576, "a") })).status, 401);
    assert.equal(keys.watched.asked, 0);
    assert.equal((await ask("GET", "/notes", { key })).status, 200);
  });
});
