/** The token endpoint: who gets a token, what it grants, and what a wrong guess reveals. */
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { suite, test } from "node:test";
import { type Answer, everyScope, hosts, issuer, password, startNotes } from "./notes.fixture.ts";

const form = { grant_type: "password", username: "alice@example.com", password };

for (const host of hosts) {
  suite(`POST /auth/token, ${host}`, () => {
    test("issues a bearer token that opens the user's routes", async (t) => {
      const { ask } = await startNotes(t, host);
      const { status, headers, body } = await ask("POST", "/auth/token", { form });
      const { access_token: token, refresh_token: refresh, ...rest } = body;
      assert.equal(typeof refresh, "string");
      assert.deepEqual([status, rest], [200, { token_type: "bearer", expires_in: 600, scope: `${everyScope} account` }]);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal((await ask("GET", "/private", { token: String(token) })).status, 200);
    });

    test("compares addresses case-insensitively, and passwords exactly", async (t) => {
      const { ask } = await startNotes(t, host);
      assert.equal((await ask("POST", "/auth/token", { form: { ...form, username: "Alice@Example.COM" } })).status, 200);
      assert.equal((await ask("POST", "/auth/token", { form: { ...form, password: password.toUpperCase() } })).status, 400);
    });

    test("an inactive user can sign in", async (t) => {
      const { ask } = await startNotes(t, host);
      const { body } = await ask("POST", "/auth/token", { form: { ...form, username: "carol@example.com" } });
      assert.equal((await ask("GET", "/me", { token: String(body["access_token"]) })).status, 200);
    });

    test("wrong credentials are invalid_grant, byte-identical for an unknown address and a wrong password", async (t) => {
      const { ask } = await startNotes(t, host);
      const wrong: readonly Answer[] = await Promise.all([
        ask("POST", "/auth/token", { form: { ...form, password: "wrong password" } }),
        ask("POST", "/auth/token", { form: { ...form, username: "nobody@example.com" } }),
        ask("POST", "/auth/token", { form: { ...form, username: "carol@example.com", password: "wrong password" } }),
        ask("POST", "/auth/token", { form: { ...form, username: "' OR 1=1 --", password: "\u0000" } }),
      ]);
      for (const answer of wrong) {
        assert.deepEqual([answer.status, answer.body["error"]], [400, "invalid_grant"]);
        assert.equal(answer.text, wrong[0]?.text);
        assert.deepEqual(stable(answer.headers), stable(wrong[0]?.headers));
        assert.equal(answer.headers.get("cache-control"), "no-store");
      }
    });

    test("grants only the requested scopes", async (t) => {
      const { ask } = await startNotes(t, host);
      const { body } = await ask("POST", "/auth/token", { form: { ...form, scope: "notes:read" } });
      assert.equal(body["scope"], "notes:read");
      const token = String(body["access_token"]);
      assert.equal((await ask("GET", "/notes", { token })).status, 200);
      const refused = await ask("POST", "/notes", { token, json: { text: "x" } });
      assert.deepEqual([refused.status, refused.body["code"]], [403, "insufficient_scope"]);
      assert.match(refused.headers.get("www-authenticate") ?? "", /error="insufficient_scope", scope="notes:write"/);
    });

    test("an empty scope counts as not sent", async (t) => {
      const { ask } = await startNotes(t, host);
      const { body } = await ask("POST", "/auth/token", { form: { ...form, scope: "" } });
      assert.equal(body["scope"], `${everyScope} account`);
    });

    test("a scope that the account may not have is invalid_scope (RFC 6749 §5.2)", async (t) => {
      const { ask } = await startNotes(t, host);
      for (const scope of ["admin", "notes:read admin", "notes:READ"]) {
        const { status, body } = await ask("POST", "/auth/token", { form: { ...form, scope } });
        assert.deepEqual([status, body["error"]], [400, "invalid_scope"]);
      }
    });

    test("a malformed request is an OAuth error", async (t) => {
      const { ask } = await startNotes(t, host);
      const { username: _, ...nameless } = form;
      for (const malformed of [{ form: nameless }, { form: { ...form, grant_type: "client_credentials" } }, { json: form }, {}]) {
        const { status, body } = await ask("POST", "/auth/token", malformed);
        assert.ok(status >= 400 && status < 500 && typeof body["error"] === "string", `${status}`);
      }
      assert.equal((await ask("POST", "/auth/token", { form: { ...form, password: "x".repeat(20_000) } })).status, 413);
    });
  });
}

test("an attempt costs one hash, whether the account exists or not", async (t) => {
  const { ask } = await startNotes(t);
  const argon2 = t.mock.method(crypto, "argon2");
  syncBuiltinESMExports();
  t.after(() => {
    argon2.mock.restore();
    syncBuiltinESMExports();
  });
  const attempts = [
    {},
    { password: "wrong password" },
    { username: "nobody@example.com" },
    { username: "carol@example.com", password: "wrong" },
  ];
  for (const [index, attempt] of attempts.entries()) {
    await ask("POST", "/auth/token", { form: { ...form, ...attempt } });
    assert.equal(argon2.mock.callCount(), index + 1);
  }
  const costs = argon2.mock.calls.map(({ arguments: [algorithm, { memory, passes, parallelism, tagLength }] }) => ({
    algorithm,
    memory,
    passes,
    parallelism,
    tagLength,
  }));
  for (const cost of costs)
    assert.deepEqual(cost, { algorithm: "argon2id", memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 });
});

test("the token is an RFC 9068 access token of ten minutes, signed with ES256", async (t) => {
  const { ask, alice } = await startNotes(t);
  const { body } = await ask("POST", "/auth/token", { form });
  const [header, claims] = String(body["access_token"])
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  const { alg, typ } = header;
  assert.deepEqual({ alg, typ }, { alg: "ES256", typ: "at+jwt" });
  const { iss, aud, sub, client_id, scope, exp, iat, jti } = claims;
  assert.deepEqual(
    { iss, aud, sub, client_id, scope },
    { iss: issuer, aud: "notes", sub: alice.id, client_id: "first_party", scope: `${everyScope} account` },
  );
  assert.equal(exp - iat, 600);
  assert.match(jti, /^[0-9a-f-]{36}$/);
  assert.ok(!JSON.stringify(claims).includes("@"), "no address in a token");
});

/** Returns the headers without those that differ from answer to answer. */
function stable(headers: Headers | undefined): object {
  return Object.fromEntries([...(headers ?? [])].filter(([name]) => name !== "x-request-id" && name !== "date"));
}
