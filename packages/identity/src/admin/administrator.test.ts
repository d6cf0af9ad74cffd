import assert from "node:assert/strict";
import { test } from "node:test";
import { anyScope, authorize, BuildError, createApi, roles, scopes } from "lockstep";
import { codeOf, openIdentityApi, reveal } from "../identity.fixture.ts";
import type { User } from "../principal/principal.ts";
import { describeOnEach } from "../store/database.fixture.ts";

describeOnEach("administrators", (database) => {
  test("adminRoutes() refuses a rule that does not declare that it reaches any object", async (t) => {
    const { auth } = await openIdentityApi(t, await database.open(t));
    const roleOf = (user: User) => (user.scopes.includes("notes:write") ? "admin" : "user");
    const everybody = authorize({ user: auth.currentUser }, ({ user }) => user);
    const role = roles({ admin: ["user"], user: [] }, auth.currentUser, roleOf);
    for (const rule of [auth.currentUser, auth.signedInUser, everybody, role.require("admin"), auth.apiClient]) {
      // A cast, as in JavaScript: the types refuse it too.
      const adminRoutes = auth.adminRoutes as unknown as (rule: unknown) => unknown;
      assert.throws(
        () => adminRoutes(rule),
        (error) => error instanceof BuildError && error.code === "wrong_dependency" && /reachAny/.test(error.message),
      );
    }
    const right = roles({ admin: ["user"], user: [] }, auth.currentUser, roleOf, { reachAny: ["admin"] });
    const routes = auth.adminRoutes(scopes(right.require("admin"), "notes:write"));
    assert.ok(createApi({ title: "Admin", version: "1", routes }).routes.length > 8, "the control");
  });

  test("adminRoutes() refuses a rule that asks for no scope, because an administrator's token for less could administer", async (t) => {
    const { auth, account, signIn } = await openIdentityApi(t, await database.open(t));
    const rule = authorize({ user: auth.currentUser }, ({ user }) => user, { reach: "any" });
    // A cast, as in JavaScript: the types refuse it too.
    const adminRoutes = auth.adminRoutes as unknown as (rule: unknown) => unknown;
    assert.throws(
      () => adminRoutes(rule),
      (error) => error instanceof BuildError && error.code === "scopes_unasked" && /scopes\(rule/.test(error.message),
    );
    const routes = auth.adminRoutes(scopes(rule, "notes:write"));
    const api = createApi({ title: "Admin", version: "1", audit: () => {}, routes });
    const root = await account("root");
    for (const method of ["GET", "DELETE"]) {
      const path = method === "GET" ? "/auth/accounts" : `/auth/accounts/${root.id}/sessions`;
      const statusWith = async (scope: string): Promise<number> => {
        const headers = { authorization: `Bearer ${(await signIn(root, { scope })).access}` };
        return (await api.fetch(new Request(`https://as.test${path}`, { method, headers }))).status;
      };
      assert.equal(await statusWith("notes:read"), 403, method);
      assert.ok((await statusWith("notes:write")) < 300, `${method}, the control`);
    }
  });

  test("an API key of an administrator administers nothing, alone or with somebody else's session or token (K-07)", async (t) => {
    const { ask, auth, account, administrators, session, signIn } = await openIdentityApi(t, await database.open(t));
    const [root, mallory] = [await account("root"), await account("mallory")];
    administrators.add(root.id);
    const made = await auth.apiKeys.create({ owner: { account: root.id }, name: "narrow", scopes: [] }, []);
    const key = reveal(made.key);
    const [theirs, own] = [await session(mallory), await session(root)];
    const [token, rootsToken] = [(await signIn(mallory)).access, (await signIn(root)).access];
    const status = async (credentials: object) => (await ask("GET", "/auth/accounts", credentials)).status;
    assert.equal(await status({ cookie: own }), 200, "the control");
    assert.equal(await status({ token: rootsToken }), 200, "the control");
    assert.equal(await status({ key }), 401);
    assert.equal(await status({ key, cookie: theirs }), 403);
    assert.equal(await status({ key, token }), 403);
    assert.equal(await status({ cookie: theirs }), 403);
    assert.equal(await status({ token: rootsToken, cookie: theirs }), 200);
    assert.equal(await status({ token, cookie: own }), 403);
    const disabling = await ask("POST", `/auth/accounts/${root.id}/disable`, { key, cookie: theirs });
    assert.deepEqual([disabling.status, codeOf(disabling)], [403, "forbidden"]);
    assert.equal((await auth.accounts.find(root.id))?.disabledAt, undefined);
  });

  test("accepts a rule of the application if it returns the id of the account", async (t) => {
    const app = await openIdentityApi(t, await database.open(t));
    const { auth, account, signIn } = app;
    const [root, alice] = [await account("root"), await account("alice")];
    const people = new Map([[root.id, { id: root.id, name: "Root" }]]);
    const rule = authorize({ user: auth.currentUser }, ({ user }) => people.get(user.id), { reach: "any" });
    const api = createApi({ title: "Own", version: "1", audit: () => {}, routes: auth.adminRoutes(anyScope(rule, "a test")) });
    const status = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await api.fetch(new Request("https://as.test/auth/accounts", { headers }))).status;
    };
    assert.equal(await status((await signIn(root)).access), 200);
    assert.equal(await status((await signIn(alice)).access), 403);
  });
});
