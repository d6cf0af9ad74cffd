import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import { another, chosen, codeOf, openAccountApi } from "./account.fixture.ts";

describeOnEach("one's own account", (kind) => {
  test("the owner sees the account, without its secrets", async (t) => {
    const database = await kind.open(t);
    const { api, register, browser, clock } = openAccountApi(t, database);
    const ada = await register("Ada@example.com");
    const cookie = `__Host-session=${(await browser(ada)).reveal()}`;
    const ask = (headers: Record<string, string>): Promise<Response> =>
      api.fetch(new Request("https://api.test/auth/account", { headers }));
    const answer = await ask({ cookie });
    assert.equal(answer.status, 200);
    const at = new Date(clock.now).toISOString();
    assert.deepEqual(await answer.json(), { id: ada.id, email: "Ada@example.com", createdAt: at, verifiedAt: at });
    assert.equal((await ask({})).status, 401);
  });

  test("deactivating signs the user out, and blocks sign-in until an administrator enables the account", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, isSignedIn, canSignIn, accounts, events } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    const refused = await post("/auth/account/deactivate", { password: another }, { session });
    assert.deepEqual([refused.status, await codeOf(refused)], [403, "wrong_password"]);
    assert.equal((await post("/auth/account/deactivate", { password: "" }, { session })).status, 422);
    assert.equal((await post("/auth/account/deactivate", { password: chosen })).status, 401);
    assert.equal(await isSignedIn(session), true);
    const closed = await post("/auth/account/deactivate", { password: chosen }, { session });
    assert.equal(closed.status, 204);
    assert.match(closed.headers.get("set-cookie") ?? "", /session=; .*Max-Age=0/);
    assert.equal(closed.headers.get("clear-site-data"), '"cache", "storage"');
    assert.equal(await isSignedIn(session), false);
    assert.equal(await canSignIn("ada@example.com", chosen), false);
    const event = events.find(({ type }) => type === "account.disabled");
    assert.ok(event?.type === "account.disabled" && event.by === ada.id && event.requestId !== undefined);
    await accounts.enable(ada.id);
    assert.equal(await canSignIn("ada@example.com", chosen), true);
  });

  test("deleting refuses a wrong password, and deletes no other account", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, isSignedIn, accounts } = openAccountApi(t, database);
    const [ada, bob] = [await register("ada@example.com"), await register("bob@example.com")];
    const [session, bobs] = [await browser(ada), await browser(bob)];
    assert.equal((await post("/auth/account/delete", { password: another }, { session })).status, 403);
    assert.equal((await post("/auth/account/delete", { password: chosen, id: bob.id }, { session })).status, 422);
    assert.equal((await post("/auth/account/delete", { password: chosen }, { session })).status, 204);
    assert.equal(await accounts.find(ada.id), undefined);
    assert.equal(await isSignedIn(session), false);
    assert.equal(await isSignedIn(bobs), true);
  });

  test("another site cannot deactivate or delete the account, even with the session's cookie", async (t) => {
    const database = await kind.open(t);
    const { post, register, browser, accounts } = openAccountApi(t, database);
    const ada = await register("ada@example.com");
    const session = await browser(ada);
    for (const [path, body] of [
      ["/auth/password", { currentPassword: chosen, newPassword: another }],
      ["/auth/email", { email: "eve@evil.example", password: chosen }],
      ["/auth/account/deactivate", { password: chosen }],
      ["/auth/account/delete", { password: chosen }],
    ] as const) {
      const answer = await post(path, body, { session, headers: { "sec-fetch-site": "cross-site" } });
      assert.deepEqual([answer.status, await codeOf(answer)], [403, "cross_site"], path);
    }
    assert.deepEqual(await accounts.find(ada.id), ada);
  });

  test("if the database is away, the answer is 503 and nothing was done", async (t) => {
    const database = await kind.open(t);
    const { post, mailed } = openAccountApi(t, database);
    await database.close();
    for (const [path, body] of [
      ["/auth/register", { email: "ada@example.com", password: chosen }],
      ["/auth/password/forgot", { email: "ada@example.com" }],
      ["/auth/verify", { token: "A".repeat(43), password: chosen }],
      ["/auth/password/reset", { token: "A".repeat(43), password: chosen }],
    ] as const) {
      const answer = await post(path, body);
      assert.equal(answer.status, 503, path);
      assert.ok(answer.headers.get("retry-after"));
    }
    assert.deepEqual(await mailed(), []);
  });

  test("every route documents its inputs and answers, and marks passwords as passwords", async (t) => {
    const database = await kind.open(t);
    const { api } = openAccountApi(t, database);
    const document = api.openapi();
    const paths = Object.entries(document.paths ?? {}).filter(([, item]) => JSON.stringify(item).includes('"My account"'));
    assert.deepEqual(paths.map(([path]) => path).toSorted(), [
      "/auth/account",
      "/auth/account/deactivate",
      "/auth/account/delete",
      "/auth/email",
      "/auth/invitations/accept",
      "/auth/password",
      "/auth/password/forgot",
      "/auth/password/reset",
      "/auth/register",
      "/auth/verify",
    ]);
    const text = JSON.stringify(document);
    assert.match(text, /"currentPassword":\{[^}]*"format":"password"/);
    assert.match(text, /"email":\{[^}]*"format":"email"/);
    for (const [path, item] of paths) {
      if (path === "/auth/account") continue;
      const { summary, responses } = (item as { post: { summary: string; responses: object } }).post;
      assert.ok(summary.length > 0);
      assert.ok("429" in responses && "503" in responses && "422" in responses, path);
    }
  });
});
