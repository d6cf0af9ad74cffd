/** The second line of defence: with the check of a route removed, PostgreSQL still returns nothing. SQLite has no second line. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { identified } from "lockstep";
import { all, sql, type Work } from "lockstep-identity/database";
import { organisations } from "../src/organisation/organisation.ts";
import { insideTables } from "../src/store/schema.ts";
import { databaseKinds } from "./database.fixture.ts";
import { ask, principalOf, startTeams, type Teams } from "./teams.fixture.ts";

function* count(table: string): Work<number> {
  return (yield* all(sql(`SELECT * FROM ${table}`))).length;
}

/** The API as Eve calls it, with a check that lets everyone into Acme, as its owner. */
async function withoutCheck({ api, serve, access, people, acme, store }: Teams) {
  const { principal, scope } = principalOf("eve", people, acme);
  const organisation = await store.system(() => organisations.find({ id: acme.organisation }));
  assert.ok(organisation);
  const membership = { ...organisation, role: "owner", callerId: principal.id } as const;
  const unchecked = api.with([
    [access.caller, identified(principal, { sub: principal.id, scope })],
    [access.membership, membership],
  ]);
  return serve(unchecked);
}

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);
  const isProtected = kind === "postgres";
  suite(`without the check of a route, on ${kind}`, () => {
    test("a read returns nothing of another organisation", async () => {
      const teams = await started;
      const { acme, as } = teams;
      const send = await withoutCheck(teams);
      for (const [path, found] of [
        ["projects", 1],
        ["members", 4],
        ["invitations", 1],
      ] as const) {
        const { status, body } = await ask(send, `GET /organisations/${acme.organisation}/${path}`);
        assert.deepEqual([status, Object.keys(body).length], [200, isProtected ? 0 : found], path);
      }
      const one = `GET /organisations/${acme.organisation}/projects/${acme.project}`;
      assert.equal((await ask(send, one)).status, isProtected ? 404 : 200);
      assert.equal((await ask(as("owner"), one)).status, 200, "the control: with the check, the owner reads it");
    });

    test("a write changes nothing of another organisation", async (t) => {
      const teams = await started;
      const { acme, as, begin } = teams;
      await begin(t);
      const send = await withoutCheck(teams);
      const renamed = await ask(send, `PATCH /organisations/${acme.organisation}`, { json: { name: "Mine" } });
      const { body } = await ask(as("owner"), `GET /organisations/${acme.organisation}`);
      const [status, name] = isProtected ? [404, "Acme"] : [200, "Mine"];
      assert.deepEqual([renamed.status, body["name"]], [status, name]);
    });
  });

  if (!isProtected) continue;
  suite("a query without any condition, on postgres", () => {
    test("shows a caller the rows of their organisations, staff every row, and a stranger none", async () => {
      const { store, people } = await started;
      for (const table of ["organisations", "members", "projects", "tasks", "comments", "attachments", "pieces", "invitations"]) {
        const everything = await store.system(() => count(table));
        const [mine, staff, nobody] = await Promise.all(
          [people.owner, people.support, "nobody"].map((caller) => store.as(caller)(() => count(table))),
        );
        assert.ok(mine !== undefined && mine > 0 && mine < everything, table);
        assert.deepEqual([staff, nobody], [everything, 0], table);
      }
    });

    test("a row cannot be moved into another organisation, and staff write nothing", async () => {
      const { store, people, acme, other } = await started;
      const move = sql("UPDATE projects SET organisation_id = :to WHERE id = :id");
      const rename = sql("UPDATE projects SET name = 'x' WHERE id = :id RETURNING id");
      await assert.rejects(
        store.as(people.owner)(() => all(move, { to: other.organisation, id: acme.project })),
        /row-level security/,
      );
      assert.deepEqual(await store.as(people.support)(() => all(rename, { id: acme.project })), []);
    });

    test("the role that callers take cannot read the tables of identity, and every other table has policies", async () => {
      const { store, people } = await started;
      await assert.rejects(
        store.as(people.owner)(() => count("identity_accounts")),
        /permission denied/,
      );
      const tables = await store.system(() =>
        all(
          sql(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relnamespace = CAST('public' AS regnamespace)",
          ),
        ),
      );
      assert.deepEqual(tables.map(({ relname }) => String(relname)).toSorted(), ["organisations", ...insideTables].toSorted());
    });
  });
}
