import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Redacted } from "lockstep";
import { Accounts } from "../account/accounts.ts";
import { revoke, revocationPosition } from "../revocation/revocation-log.ts";
import { testSettings } from "../settings.fixture.ts";
import { copyTables, CopyRefused, identityTables } from "./copy.ts";
import type { Database } from "./database.ts";
import { testDatabases } from "./database.fixture.ts";
import { identitySchema } from "./schema.ts";
import { all, sql } from "./statement.ts";

const password = new Redacted("seventeen purple walruses");

async function contentOf(database: Database): Promise<unknown> {
  const tables = await Promise.all(identityTables.map((table) => database.run(all(sql(`SELECT * FROM ${table} ORDER BY 1`)))));
  return JSON.parse(JSON.stringify(tables));
}

async function fill(database: Database): Promise<void> {
  const accounts = new Accounts(testSettings(database).settings);
  const { id } = await accounts.create({ email: "alice@example.com", password });
  for (let index = 0; index < 1200; index += 1) {
    await accounts.import({ foreignId: `${index}`, email: `user${index}@example.com`, passwordHash: undefined, createdAt: index });
  }
  await accounts.disable(id);
  await database.transaction(() => revoke({ kind: "jti", key: "x", at: 1, expiresAt: 2 ** 52 }));
}

for (const [from, to] of [[...testDatabases], [...testDatabases].toReversed()]) {
  suite(`copyTables() from ${from?.kind} to ${to?.kind}`, () => {
    test("copies every row, larger tables in pages, and tells how far it is", async (t) => {
      const [source, target] = [await from?.open(t), await to?.open(t)];
      assert.ok(source !== undefined && target !== undefined);
      await fill(source);
      const told: string[] = [];
      await copyTables(source, target, {
        tables: identityTables,
        progress: ({ table, rows, of }) => told.push(`${table} ${rows}/${of}`),
      });
      assert.deepEqual(await contentOf(target), await contentOf(source));
      assert.deepEqual(
        told.filter((line) => line.startsWith("identity_accounts")),
        ["identity_accounts 500/1201", "identity_accounts 1000/1201", "identity_accounts 1201/1201"],
      );
      assert.equal(await target.run(revocationPosition()), await source.run(revocationPosition()));
    });

    test("refuses a database that holds something already, and changes nothing", async (t) => {
      const [source, target] = [await from?.open(t), await to?.open(t)];
      assert.ok(source !== undefined && target !== undefined);
      await fill(source);
      await new Accounts(testSettings(target).settings).create({ email: "bob@example.com", password });
      const before = await contentOf(target);
      await assert.rejects(copyTables(source, target, { tables: identityTables }), CopyRefused);
      assert.deepEqual(await contentOf(target), before);
    });
  });
}

test("the tables of identity are all those of its schema except the counters, which may start empty", () => {
  const made = identitySchema.migrations.flat().flatMap(({ text }) => /CREATE TABLE (\w+)/.exec(text)?.[1] ?? []);
  assert.deepEqual([...identityTables, "identity_throttle"].toSorted(), made.toSorted());
});
