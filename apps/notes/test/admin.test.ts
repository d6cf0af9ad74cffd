/** What administrators can do, and what they cannot do. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { everyScope, hosts, signedIn, startNotes } from "./notes.fixture.ts";

const noId = "00000000-0000-4000-8000-000000000000";

for (const host of hosts) {
  suite(`administration, ${host}`, () => {
    test("lists accounts in pages, without secrets", async (t) => {
      const { ask, token, admin, alice, bob, carol } = await startNotes(t, host);
      const { status, text, body } = await ask("GET", "/admin/users", { token: await token(admin) });
      assert.deepEqual([status, body], [200, { items: [alice, bob, admin, { ...carol, isActive: false }], limit: 20, offset: 0 }]);
      assert.ok(!text.includes("argon2"));
      const second = await ask("GET", "/admin/users?limit=1&offset=1", { token: await token(admin) });
      assert.deepEqual(second.body, { items: [bob], limit: 1, offset: 1 });
    });

    test("deactivating an account takes effect with its next request", async (t) => {
      const { ask, token, admin, bob } = await startNotes(t, host);
      const theirs = await token(bob);
      assert.equal((await ask("GET", "/private", { token: theirs })).status, 200);
      const changed = await ask("PATCH", `/admin/users/${bob.id}`, { token: await token(admin), json: { isActive: false } });
      assert.deepEqual([changed.status, changed.body], [200, { ...bob, isActive: false }]);
      assert.equal((await ask("GET", "/private", { token: theirs })).status, 403);
      assert.equal((await ask("GET", "/notes", { token: theirs })).status, 403);
      assert.equal((await ask("GET", "/feed", { token: theirs })).status, 403);
      assert.equal((await ask("GET", "/me", { token: theirs })).body["isActive"], false);
      await ask("PATCH", `/admin/users/${bob.id}`, { token: await token(admin), json: { isActive: true } });
      assert.equal((await ask("GET", "/private", { token: theirs })).status, 200);
    });

    test("a role takes effect with the next request, both ways", async (t) => {
      const { ask, token, admin, bob } = await startNotes(t, host);
      const theirs = await token(bob);
      const setRole = (role: string) =>
        token(admin).then((token) => ask("PATCH", `/admin/users/${bob.id}`, { token, json: { role } }));
      assert.equal((await ask("GET", "/admin/users", { token: theirs })).status, 403);
      assert.equal((await setRole("admin")).body["role"], "admin");
      assert.equal((await ask("GET", "/admin/users", { token: theirs })).status, 200);
      await setRole("user");
      assert.equal((await ask("GET", "/admin/users", { token: theirs })).status, 403);
    });

    test("the last active administrator can neither be demoted nor deactivated", async (t) => {
      const { ask, token, admin, bob, carol, store } = await startNotes(t, host);
      // An inactive administrator does not count.
      await store.profiles.update(carol.id, { role: "admin" });
      const change = async (id: string, json: object) => ask("PATCH", `/admin/users/${id}`, { token: await token(admin), json });
      for (const json of [{ role: "user" }, { isActive: false }, { role: "user", isActive: false }]) {
        const { status, headers, body } = await change(admin.id, json);
        assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
        assert.deepEqual([status, body["code"]], [409, "last_admin"]);
      }
      assert.deepEqual(await store.profiles.find(admin.id), { role: "admin", isActive: true });
      assert.equal((await change(admin.id, { role: "admin", isActive: true })).status, 200);
      // With a second administrator, the change is allowed.
      assert.equal((await change(bob.id, { role: "admin" })).status, 200);
      assert.equal((await change(admin.id, { role: "user" })).status, 200);
      assert.equal((await change(bob.id, { role: "user" })).status, 403);
    });

    test("a change accepts only isActive and role", async (t) => {
      const { ask, token, admin, bob, store } = await startNotes(t, host);
      const mine = await token(admin);
      for (const json of [
        { email: "x@example.com" },
        { role: "root" },
        { isActive: "no" },
        { id: noId, role: "admin" },
        { passwordHash: "x" },
        [],
      ]) {
        assert.equal((await ask("PATCH", `/admin/users/${bob.id}`, { token: mine, json })).status, 422, JSON.stringify(json));
      }
      assert.deepEqual(await store.profiles.find(bob.id), { role: "user", isActive: true });
      assert.deepEqual((await ask("PATCH", `/admin/users/${bob.id}`, { token: mine, json: {} })).body, bob);
    });

    test("a new role ends the sessions of browsers, and does not affect programs (S-03)", async (t) => {
      const { ask, token, admin, bob } = await startNotes(t, host);
      const [theirs, cookie] = [await token(bob), await signedIn(ask, bob.email)];
      assert.equal((await ask("GET", "/private", { cookie })).status, 200);
      await ask("PATCH", `/admin/users/${bob.id}`, { token: await token(admin), json: { isActive: true } });
      assert.equal((await ask("GET", "/private", { cookie })).status, 200, "the control: nothing about the role has changed");
      await ask("PATCH", `/admin/users/${bob.id}`, { token: await token(admin), json: { role: "admin" } });
      assert.equal((await ask("GET", "/private", { cookie })).status, 401);
      assert.equal((await ask("GET", "/private", { token: theirs })).status, 200);
      assert.equal((await ask("GET", "/admin/users", { cookie: await signedIn(ask, bob.email) })).status, 200);
    });

    test("an unknown account or note is 404", async (t) => {
      const { ask, token, admin } = await startNotes(t, host);
      const mine = await token(admin);
      assert.equal((await ask("PATCH", `/admin/users/${noId}`, { token: mine, json: {} })).status, 404);
      assert.equal((await ask("DELETE", `/admin/notes/${noId}`, { token: mine })).status, 404);
    });

    test("an administrator's token without notes:admin cannot administer, and cannot read other users' notes", async (t) => {
      const { ask, token, admin, bob, store } = await startNotes(t, host);
      const note = await store.notes.add(bob.id, "bob's");
      const attempts = [
        ["GET", "/admin/users"],
        ["PATCH", `/admin/users/${bob.id}`, {}],
        ["DELETE", `/admin/notes/${note.id}`],
        ["GET", "/auth/accounts"],
        ["DELETE", `/auth/accounts/${bob.id}/sessions`],
        ["GET", "/auth/service-accounts"],
      ] as const;
      for (const [method, path, json] of attempts) {
        const narrow = await ask(method, path, { token: await token(admin, "notes:read notes:write"), json });
        assert.deepEqual([narrow.status, narrow.body["code"]], [403, "insufficient_scope"], `${method} ${path}`);
        const right = await ask(method, path, { token: await token(admin, "notes:admin"), json });
        assert.ok(right.status < 300, `${method} ${path}, the control`);
      }
      assert.equal(await store.notes.find(note.id), undefined, "another user's note was deleted");
      // The scope alone does not make a user an administrator.
      assert.equal((await ask("GET", "/admin/users", { token: await token(bob, "notes:admin") })).body["code"], "forbidden");
    });

    test("an administrator's API key cannot administer, even with every scope", async (t) => {
      const { ask, admin, auth } = await startNotes(t, host);
      const wanted = { owner: { account: admin.id }, name: "all", scopes: everyScope.split(" ") };
      const key = (await auth.apiKeys.create(wanted, wanted.scopes)).key.reveal();
      assert.equal((await ask("GET", "/notes", { key })).status, 200, "the control");
      for (const path of ["/admin/users", "/auth/accounts"]) assert.equal((await ask("GET", path, { key })).status, 401, path);
    });
  });
}
