import assert from "node:assert/strict";
import { test } from "node:test";
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import { all, migrate, sql } from "lockstep-identity/database";
import { openSqlite } from "lockstep-identity/sqlite";
import { onAccountCreated, profileSchema } from "./12-profile.ts";

test("an account is made together with its profile, and deleted together with it", async (t) => {
  const database = openSqlite(":memory:");
  const auth = await identity({
    database,
    issuer: "http://127.0.0.1:3000",
    audience: "notes",
    key: generateIdentityKey(),
    scopes: {},
    mail: logMail(() => {}),
    audit: () => {},
    onAccountCreated,
  });
  t.after(async () => {
    await auth.close();
    await database.close();
  });
  await migrate(database, profileSchema);
  const { id } = await auth.accounts.create({ email: "alice@example.com" });
  const nicknames = sql("SELECT nickname FROM profiles WHERE account_id = :id");
  assert.equal((await database.run(all(nicknames, { id })))[0]?.["nickname"], "alice");
  await auth.accounts.delete(id);
  assert.deepEqual(await database.run(all(nicknames, { id })), []);
});
