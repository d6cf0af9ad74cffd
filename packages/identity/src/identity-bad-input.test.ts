/** Forms, ids and credentials that are malformed or used up: the answer is a 4xx with a stable code, and nothing changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ask, openIdentityApi, reveal } from "./identity.fixture.ts";
import { contentsOf, form, json, long, noId, openWorld, patient, wrongTypes } from "./identity-bad-input.fixture.ts";
import { describeOnEach } from "./store/database.fixture.ts";

const wrongForms = [
  "",
  "&&&===",
  "%zz",
  "%",
  "grant_type",
  "grant_type=",
  "grant_type=%00",
  "grant_type=%ff",
  "grant_type=%ED%A0%80",
  "grant_type=password&grant_type=password",
  "grant_type=password",
  "grant_type=password&username=a",
  "grant_type=password&username=%00&password=%00",
  "grant_type=password&username=%ED%A0%80&password=%ED%A0%80",
  "grant_type=password&username=a%0D%0Ab&password=a",
  `grant_type=password&username=${long}&password=a`,
  `grant_type=password&username=a&password=${"x".repeat(2000)}`,
  "grant_type=password&username=a&password=b&scope=%00",
  "grant_type=password&username=a&password=b&scope=a%20%20b",
  "grant_type=password&username=a&password=b&resource=https://other.test",
  "grant_type=password&username=a&password=b&client_id=%00",
  "grant_type=password&username=a&password=b&client_id=nobody",
  "grant_type=refresh_token",
  "grant_type=refresh_token&refresh_token=%00",
  `grant_type=refresh_token&refresh_token=${"A".repeat(43)}`,
  "grant_type=refresh_token&refresh_token=a&refresh_token=b",
  "grant_type=client_credentials",
  "grant_type=client_credentials&client_id=a-service&client_secret=wrong",
  "grant_type=client_credentials&client_assertion=a.b.c",
  "grant_type=client_credentials&client_assertion_type=x&client_assertion=a.b.c",
  "grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=%00",
  "grant_type=authorization_code&code=a",
  "grant_type=constructor",
  "__proto__=1&constructor=1&toString=1",
  "username=root@example.com&password=wrong",
  "username=%00&password=%00",
  "username[]=root@example.com&password[$ne]=",
  `token=${long}`,
  "x".repeat(2_000_000),
  Array.from({ length: 5000 }, (_, index) => `a${index}=1`).join("&"),
];

describeOnEach("bad input: forms, ids and credentials", (database) => {
  test("refuses forms that are malformed, repeated, too large or of another type (A-16, A-32)", async (t) => {
    const { operations, refused, assertUnchanged } = await openWorld(t, database);
    const taking = operations.filter(({ takes }) => takes === form);
    assert.deepEqual(taking.map(({ path }) => path).toSorted(), [
      "/auth/introspect",
      "/auth/revoke",
      "/auth/session",
      "/auth/token",
    ]);
    for (const { method, path } of taking) {
      for (const raw of wrongForms) await refused(method, path, { raw, headers: { "content-type": form } }, raw);
      for (const type of wrongTypes)
        await refused(method, path, { raw: "username=a&password=b&token=c", headers: { "content-type": type } }, type);
      await refused(method, path, { json: { grant_type: "password", username: "a", password: "b", token: "c" } });
      await refused(method, path, {});
    }
    await assertUnchanged();
  });

  test("an unknown token is not an error, reveals nothing and changes nothing (RFC 7009 §2.2, RFC 7662 §2.2)", async (t) => {
    const { ask, auth, assertUnchanged, errors } = await openWorld(t, database);
    const secret = reveal(await auth.clients.replaceSecret("a-service"));
    const basic = { id: "a-service", secret };
    for (const token of ["a", "a.b.c", "A".repeat(43), "\0", "\ud800", "x".repeat(9000), "é", "null"]) {
      const revoked = await ask("POST", "/auth/revoke", { form: { token } });
      assert.deepEqual([revoked.status, revoked.text], [200, ""], token.slice(0, 20));
      const asked = await ask("POST", "/auth/introspect", { form: { token }, basic });
      assert.deepEqual([asked.status, asked.body], [200, { active: false }], token.slice(0, 20));
    }
    assert.deepEqual(errors, []);
    await assert.rejects(assertUnchanged(), "the control: a new secret is noticed as a change");
  });

  test("a wrong id in a path or a query is 404 or 422", async (t) => {
    const { operations, refused, assertUnchanged, token } = await openWorld(t, database);
    const ids = [
      "x",
      "%00",
      "%ED%A0%80",
      "%zz",
      "%ff",
      "%252e%252e",
      "..%2f",
      "%2F",
      "'%20OR%201=1--",
      "*",
      "é",
      "x".repeat(5000),
      noId.toUpperCase(),
      `${noId}%0a`,
      "__proto__",
    ];
    for (const { method, template, takes } of operations.filter((each) => each.template.includes("{"))) {
      for (const id of ids) {
        const path = template.replace("{id}", id).replace("{keyId}", id);
        await refused(method, path, takes === json ? { token, json: { name: "name", scopes: [] } } : { token });
      }
    }
    for (const path of ["/auth/sessions", "/auth/accounts", "/auth/api-keys", "/auth/service-accounts"]) {
      for (const wrong of [
        "limit=0",
        "limit=-1",
        "limit=1e3",
        "limit=",
        "limit=%00",
        "limit=1&limit=2",
        "after=%00",
        "after=%ED%A0%80",
        "after=a&after=b",
        `after=${long}`,
        "limit=%zz",
      ]) {
        await refused("GET", `${path}?${wrong}`, { token });
      }
    }
    await assertUnchanged();
  });

  test("refuses credentials that are garbage or sent twice, on every route that reads them (H-10, H-11, H-13)", async (t) => {
    const { ask, operations, refused, assertUnchanged, token } = await openWorld(t, database);
    const [header = "", payload = "", signature = ""] = token.split(".");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const tokens = [
      "a b",
      "a,b",
      "é",
      "..",
      "null",
      long,
      `${token}=`,
      `${token} `.repeat(2),
      `${none}.${payload}.`,
      `${header}.${payload}.`,
      `${payload}.${header}.${signature}`,
      `${header}.${payload}.${signature.slice(1)}`,
    ];
    const wrong: readonly Ask[] = [
      ...tokens.map((each) => ({ token: each })),
      ...["a", long, "%00", '"quoted"', "é", "A".repeat(43), ";", "="].map((each) => ({ cookie: `__Host-session=${each}` })),
      { cookie: `__Host-session=${"A".repeat(43)}; __Host-session=${"B".repeat(43)}` },
      ...["a", long, "é", "test_live_0123456789AB_x_y", "%00"].map((key) => ({ key })),
      ...["Bearer", "Basic", "Basic !!!", "Basic Og==", "Basic YTpiAA==", "Digest a", "Bearer\ta", token].map((authorization) => ({
        headers: { authorization },
      })),
    ];
    for (const { method, path } of operations.filter(
      (each) =>
        !/^\/(?:\.well-known|auth\/(?:token|revoke|introspect|session|logout|register|verify|invitations\/accept|password\/))/.test(
          `${each.path}/`,
        ),
    )) {
      for (const credential of wrong) {
        const { status } = await refused(method, path, credential);
        assert.ok([400, 401].includes(status), `${method} ${path} ${status}`);
      }
    }
    // Signing out answers 204 to a caller without a credential, and to a cookie that opens nothing.
    for (const each of tokens) assert.ok([400, 401].includes((await refused("POST", "/auth/logout", { token: each })).status));
    for (const credential of wrong) {
      const { status } = await ask("POST", "/auth/logout", credential);
      assert.ok([204, 400, 401].includes(status), `${status}`);
    }
    for (const path of ["/me", "/fresh", "/client", "/service", "/either"])
      for (const credential of wrong) await refused("GET", path, credential);
    for (const path of ["/auth/token", "/auth/revoke", "/auth/introspect"]) {
      for (const authorization of ["Basic !!!", "Basic Og==", "Basic YTpiAA==", "Basic JXp6OiV6eg==", "Basic YS1zZXJ2aWNlOng="]) {
        // Basic without an id and a secret counts as absent, and anyone may revoke a token of a public client (RFC 7009 §2.1).
        if (path === "/auth/revoke" && authorization === "Basic Og==") continue;
        await refused(
          "POST",
          path,
          { form: { grant_type: "client_credentials", token: "a" }, headers: { authorization } },
          authorization,
        );
      }
    }
    const unnamed = await ask("POST", "/auth/revoke", { form: { token: "a" }, headers: { authorization: "Basic Og==" } });
    assert.deepEqual([unnamed.status, unnamed.text], [200, ""]);
    await assertUnchanged();
  });
});

describeOnEach("bad input: replays", (database) => {
  test("a spent, ended or revoked credential is refused every time, and changes nothing", async (t) => {
    const app = await openIdentityApi(t, await database.open(t), { throttle: patient });
    const { account, ask, linkTo, session, signIn } = app;
    const alice = await account("alice");
    const chosen = "lagoon 41 whisper anvil";
    await ask("POST", "/auth/register", { json: { email: "new@example.com", password: chosen } });
    const verify = { token: await linkTo("new@example.com"), password: chosen };
    assert.equal((await ask("POST", "/auth/verify", { json: verify })).status, 201);
    const tokens = await signIn(alice);
    const cookie = await session(alice);
    await ask("POST", "/auth/password/forgot", { json: { email: alice.email } });
    const reset = { token: await linkTo(alice.email), password: chosen };
    assert.equal((await ask("POST", "/auth/password/reset", { json: reset })).status, 204);
    const before = await contentsOf(app);
    const replays: readonly (readonly [path: string, ask: Ask, status: number])[] = [
      ["/auth/verify", { json: verify }, 400],
      ["/auth/verify", { json: reset }, 400],
      ["/auth/password/reset", { json: reset }, 400],
      ["/auth/password/reset", { json: verify }, 400],
      ["/auth/token", { form: { grant_type: "refresh_token", refresh_token: tokens.refresh } }, 400],
      ["/auth/token", { form: { grant_type: "refresh_token", refresh_token: verify.token } }, 400],
      ["/auth/logout", { token: tokens.access }, 401],
      ["/auth/logout", { cookie }, 204],
      ["/auth/logout", { cookie: `__Host-session=${tokens.refresh}` }, 204],
      ["/auth/logout", { token: tokens.refresh }, 401],
    ];
    for (const round of [1, 2, 3]) {
      for (const [path, replay, status] of replays)
        assert.equal((await ask("POST", path, replay)).status, status, `${path} ${round}`);
    }
    assert.deepEqual(await contentsOf(app), before);
    assert.deepEqual(app.errors, []);
  });
});
