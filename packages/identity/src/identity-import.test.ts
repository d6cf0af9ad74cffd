/** Accounts from another system, beside the clients and the accounts of this one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { insertAccount } from "./account-table/account-store.ts";
import { codeOf, openIdentityApi, password, textIn } from "./identity.fixture.ts";
import { parseEmail } from "./mail/email.ts";
import { hashPassword } from "./password/password-hash.ts";
import { Redacted } from "lockstep";
import { describeOnEach } from "./store/database.fixture.ts";

describeOnEach("an imported account", (kind) => {
  test("is listed for administrators and sees its own page, whatever its id was before", async (t) => {
    const { ask, auth, account, administrators, clock, signIn } = await openIdentityApi(t, await kind.open(t));
    const root = await account("root");
    administrators.add(root.id);
    const { access: token } = await signIn(root);
    const passwordHash = await hashPassword(new Redacted(password));
    const old = { passwordHash, createdAt: clock.now + 1 };
    const made = await auth.accounts.import({ ...old, foreignId: "4711", email: "old@example.com" });
    const { status, body } = await ask("GET", "/auth/accounts", { token });
    assert.equal(status, 200);
    assert.deepEqual(idsIn(body), [root.id, made.id]);
    const own = await ask("GET", "/auth/account", { token: (await signIn(made)).access });
    assert.deepEqual([own.status, own.body["id"]], [200, made.id]);
  });

  test("is not the service account whose id it had before, and gets none of its scopes (A-50)", async (t) => {
    const database = await kind.open(t);
    const { ask, auth, clock, serviceAccount, signIn } = await openIdentityApi(t, database);
    const service = await serviceAccount({ id: "reports", scopes: ["notes:read"] });
    const grant = await ask("POST", "/auth/token", { basic: service, form: { grant_type: "client_credentials" } });
    const control = await ask("GET", "/service", { token: textIn(grant, "access_token") });
    assert.deepEqual([control.status, control.body["id"]], [200, "reports"]);
    const passwordHash = await hashPassword(new Redacted(password));
    const about = { passwordHash, createdAt: clock.now };
    for (const id of ["client:reports", "reports"]) {
      await assert.rejects(auth.accounts.import({ ...about, id, email: "eve@example.com" }), { code: "invalid_input" });
      const named = `${id.length}@example.com`;
      const made = await auth.accounts.import({ ...about, foreignId: id, email: named });
      // Written behind the back of the API, the row is still a user's.
      const address = parseEmail(`row-${named}`);
      assert.ok(address);
      const row = await database.transaction(() => insertAccount({ id, address, verifiedAt: undefined, ...about }));
      assert.ok(row);
      for (const each of [made, row]) {
        const refused = await ask("GET", "/service", { token: (await signIn(each)).access });
        assert.deepEqual([refused.status, codeOf(refused)], [403, "forbidden"], each.id);
        assert.equal((await ask("GET", "/me", { token: (await signIn(each)).access })).status, 200);
      }
    }
  });
});

function idsIn({ items }: Readonly<Record<string, unknown>>): readonly unknown[] {
  assert.ok(Array.isArray(items));
  return items.map((item: { readonly id: unknown }) => item.id);
}
