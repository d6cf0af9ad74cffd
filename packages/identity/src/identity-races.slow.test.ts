/** An action that may happen once happens once, even if fifty requests ask for it at the same moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertionKey, assertionOf } from "./client/assertion.fixture.ts";
import { assertionType } from "./client/client-assertion.ts";
import { type Answer, codeOf, openIdentityApi, password, textIn } from "./identity.fixture.ts";
import { eventually } from "./revocation/node-process.fixture.ts";
import { describeOnEach } from "./store/database.fixture.ts";
import type { Database } from "./store/database.ts";
import { all, sql } from "./store/statement.ts";

const chosen = "lagoon 41 whisper anvil";

function fifty(ask: (index: number) => Promise<Answer>): Promise<readonly Answer[]> {
  return Promise.all(Array.from({ length: 50 }, (_, index) => ask(index)));
}

/** Counts the answers by status and, for refusals, by code. */
function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const name = answer.status < 400 ? String(answer.status) : `${answer.status} ${String(codeOf(answer))}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function rowsOf(database: Database, table: string): Promise<number> {
  return (await database.run(all(sql(`SELECT * FROM ${table}`)))).length;
}

describeOnEach("fifty at once", (database) => {
  test("a link that confirms an address creates one account (L-20)", async (t) => {
    const { ask, linkTo, options, errors } = await openIdentityApi(t, await database.open(t), {
      throttle: { password: { key: { attempts: 100 } } },
    });
    const email = "new@example.com";
    await ask("POST", "/auth/register", { json: { email, password: chosen } });
    const token = await linkTo(email);
    const answers = await fifty(() => ask("POST", "/auth/verify", { json: { token, password: chosen } }));
    assert.deepEqual(tally(answers), { "201": 1, "400 invalid_link": 49 });
    assert.equal(await rowsOf(options.database, "identity_accounts"), 1);
    assert.deepEqual(errors, []);
  });

  test("a link that resets a password sets one of fifty passwords, and only that one signs in (L-20)", async (t) => {
    const { account, ask, linkTo, errors } = await openIdentityApi(t, await database.open(t), {
      throttle: { clientAddress: "unknown", signIn: { account: { attempts: 1000, atOnce: 1000 }, password: { attempts: 1000 } } },
    });
    const { email } = await account("alice");
    await ask("POST", "/auth/password/forgot", { json: { email } });
    const token = await linkTo(email);
    const passwordOf = (index: number) => `${chosen} number ${index}`;
    const answers = await fifty((index) => ask("POST", "/auth/password/reset", { json: { token, password: passwordOf(index) } }));
    assert.deepEqual(tally(answers), { "204": 1, "400 invalid_link": 49 });
    const winner = answers.findIndex(({ status }) => status === 204);
    const signIn = (secret: string) =>
      ask("POST", "/auth/token", { form: { grant_type: "password", username: email, password: secret } });
    assert.equal((await signIn(passwordOf(winner))).status, 200);
    for (const other of [passwordOf((winner + 1) % 50), passwordOf((winner + 25) % 50), password]) {
      assert.equal(codeOf(await signIn(other)), "invalid_grant");
    }
    assert.deepEqual(errors, []);
  });

  test("a refresh token without a window has one successor, and then its family ends (A-21)", async (t) => {
    const { account, ask, signIn, errors } = await openIdentityApi(t, await database.open(t), {
      lifetimes: { refreshReuseWindowSeconds: 0 },
    });
    const { refresh, access } = await signIn(await account("alice"));
    const other = await signIn(await account("bob"));
    const refreshed = (token: string) =>
      ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: token } });
    const answers = await fifty(() => refreshed(refresh));
    assert.deepEqual(tally(answers), { "200": 1, "400 invalid_grant": 49 });
    const winner = answers.find(({ status }) => status === 200);
    assert.ok(winner);
    // Somebody else has the token, too. Nobody can tell who the owner is, so both lose it.
    assert.equal(codeOf(await refreshed(textIn(winner, "refresh_token"))), "invalid_grant");
    for (const token of [access, textIn(winner, "access_token")]) assert.equal((await ask("GET", "/me", { token })).status, 401);
    assert.equal((await refreshed(other.refresh)).status, 200, "the control: another family goes on");
    assert.deepEqual(errors, []);
  });

  test("within the window of ten seconds, one more request gets the same successor, and the family goes on (A-21)", async (t) => {
    const { account, ask, signIn, options, errors } = await openIdentityApi(t, await database.open(t));
    const { refresh } = await signIn(await account("alice"));
    const refreshed = (token: string) =>
      ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: token } });
    const answers = await fifty(() => refreshed(refresh));
    assert.deepEqual(tally(answers), { "200": 2, "400 invalid_grant": 48 });
    const good = answers.filter(({ status }) => status === 200);
    const successors = new Set(good.map((answer) => textIn(answer, "refresh_token")));
    assert.equal(successors.size, 1);
    assert.equal(await rowsOf(options.database, "identity_refresh_tokens"), 2);
    const [next = ""] = successors;
    assert.equal((await refreshed(next)).status, 200);
    assert.equal(codeOf(await refreshed(refresh)), "invalid_grant", "its successor is spent, so this is reuse");
    assert.deepEqual(errors, []);
  });

  test("until its successor is used, all requests get the same successor, and then its family ends (A-21)", async (t) => {
    const { account, ask, signIn, options, errors } = await openIdentityApi(t, await database.open(t), {
      refreshReuse: "until-successor-is-used",
    });
    const { refresh } = await signIn(await account("alice"));
    const refreshed = (token: string) =>
      ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: token } });
    const answers = await fifty(() => refreshed(refresh));
    assert.deepEqual(tally(answers), { "200": 50 });
    const successors = new Set(answers.map((answer) => textIn(answer, "refresh_token")));
    assert.equal(successors.size, 1);
    assert.equal(await rowsOf(options.database, "identity_refresh_tokens"), 2);
    const [next = ""] = successors;
    const after = await refreshed(next);
    assert.equal(after.status, 200);
    assert.equal(codeOf(await refreshed(refresh)), "invalid_grant");
    assert.equal(codeOf(await refreshed(textIn(after, "refresh_token"))), "invalid_grant");
    assert.deepEqual(errors, []);
  });

  test("an API key is rotated once (K-11)", async (t) => {
    const { account, ask, signIn, options, errors } = await openIdentityApi(t, await database.open(t));
    const { access: token } = await signIn(await account("alice"));
    const made = await ask("POST", "/auth/api-keys", { token, json: { name: "ci", scopes: ["notes:read"] } });
    const path = `/auth/api-keys/${textIn(made, "id")}/rotate`;
    const answers = await fifty(() => ask("POST", path, { token, json: {} }));
    assert.deepEqual(tally(answers), { "201": 1, "409 already_rotated": 49 });
    assert.equal(await rowsOf(options.database, "identity_api_keys"), 2);
    const winner = answers.find(({ status }) => status === 201);
    assert.ok(winner);
    for (const key of [textIn(made, "key"), textIn(winner, "key")]) {
      assert.equal((await ask("GET", "/notes", { key })).status, 200, "both work in the grace period");
    }
    assert.deepEqual(errors, []);
  });

  test("a client's assertion is accepted once (J-47)", async (t) => {
    const { ask, clock, serviceAccount, errors } = await openIdentityApi(t, await database.open(t));
    const key = assertionKey();
    const { id } = await serviceAccount({ authentication: "private_key_jwt", jwks: key.jwks });
    const form = {
      grant_type: "client_credentials",
      client_assertion_type: assertionType,
      client_assertion: assertionOf(id, key, clock.now),
    };
    const answers = await fifty(() => ask("POST", "/auth/token", { form }));
    assert.deepEqual(tally(answers), { "200": 1, "401 invalid_client": 49 });
    const again = { ...form, client_assertion: assertionOf(id, key, clock.now) };
    assert.equal((await ask("POST", "/auth/token", { form: again })).status, 200, "the control: another assertion");
    assert.deepEqual(errors, []);
  });

  test("fifty registrations of the same address get the same answer, and one of them gets the account (L-05)", async (t) => {
    const { ask, mails, options, errors } = await openIdentityApi(t, await database.open(t), {
      throttle: { clientAddress: "unknown", register: { key: { attempts: 100 } }, password: { key: { attempts: 1000 } } },
    });
    const email = "new@example.com";
    const answers = await fifty((index) => ask("POST", "/auth/register", { json: { email, password: `${chosen} ${index}` } }));
    assert.deepEqual(tally(answers), { "202": 50 });
    await eventually(() => mails.length === 50, 30_000, "every message has left");
    const tokens = mails.flatMap(({ text }) => /#token=([\w-]+)/.exec(text)?.[1] ?? []);
    assert.equal(tokens.length, 50);
    // Each link needs the password of its registration. The messages are in the order of the links.
    const verified = await Promise.all(
      tokens.flatMap((token) =>
        [0, 1, 2].map((index) => ask("POST", "/auth/verify", { json: { token, password: `${chosen} ${index}` } })),
      ),
    );
    assert.ok(verified.every(({ status }) => status < 500 || status === 503));
    assert.equal(verified.filter(({ status }) => status === 201).length, 1);
    assert.equal(await rowsOf(options.database, "identity_accounts"), 1);
    assert.deepEqual(errors, []);
  });
});
