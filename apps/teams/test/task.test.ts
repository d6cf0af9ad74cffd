/** Tasks and their comments: lists, ids in bodies, and what belongs to the author. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { databaseKinds } from "./database.fixture.ts";
import { ask, type CallerName, startTeams, textOf } from "./teams.fixture.ts";

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);

  suite(`tasks on ${kind}`, () => {
    test("a list comes in pages, newest first, and each filter narrows it", async (t) => {
      const { as, acme, begin, people } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks`;
      for (const title of ["One", "Two 100%", "Three"]) await ask(as("member"), `POST ${path}`, { json: { title } });
      const list = async (query: string) => {
        const { status, body } = await ask(as("viewer"), `GET ${path}?${query}`);
        assert.equal(status, 200);
        const items = Object.values(body["items"] ?? {});
        return {
          titles: items.map(({ title }) => title),
          ids: items.map((item) => textOf(item, "id")),
          next: body["next"] as unknown,
        };
      };
      const first = await list("limit=2");
      assert.deepEqual(first.titles, ["Three", "Two 100%"]);
      const second = await list(`limit=2&after=${String(first.next)}`);
      assert.deepEqual(second.titles, ["One", "Choose a colour"]);
      assert.deepEqual(await list(`limit=2&after=${String(second.next)}`), { titles: [], ids: [], next: null });

      assert.deepEqual((await list("search=%25")).titles, ["Two 100%"], "a wildcard is an ordinary character");
      assert.deepEqual((await list("search=t_o")).titles, []);
      assert.deepEqual((await list("search=TWO")).titles, ["Two 100%"]);
      await ask(as("member"), `PATCH ${path}/${first.ids[0]}`, { json: { status: "done" } });
      assert.deepEqual((await list("status=done")).titles, ["Three"]);
      await ask(as("member"), `PUT ${path}/${first.ids[1]}/assignee`, { json: { memberId: people.viewer } });
      assert.deepEqual((await list(`assignee=${people.viewer}`)).titles, ["Two 100%"]);
      const all = await ask(as("viewer"), `GET /organisations/${acme.organisation}/tasks`);
      assert.deepEqual(
        Object.values(all.body["items"] ?? {}).map(({ number }) => number),
        [4, 3, 2, 1],
      );
    });

    test("a change keeps the members that it does not name", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks/${acme.task}`;
      const before = (await ask(as("viewer"), `GET ${path}`)).body;
      assert.deepEqual((await ask(as("member"), `PATCH ${path}`, { json: { status: "done" } })).body, {
        ...before,
        status: "done",
      });
      assert.equal((await ask(as("member"), `PATCH ${path}`, { json: { projectId: acme.project } })).status, 422);
    });

    test("several tasks are closed together, or none", async (t) => {
      const { as, acme, other, begin } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks`;
      const close = async (taskIds: readonly string[]) =>
        (await ask(as("member"), `POST ${path}/close`, { json: { taskIds } })).status;
      const status = async () => (await ask(as("viewer"), `GET ${path}/${acme.task}`)).body["status"];
      assert.equal(await close([acme.task, other.task]), 404);
      assert.equal(await status(), "open");
      assert.equal(await close([acme.task]), 204);
      assert.equal(await status(), "done");
    });

    test("removing a project removes its tasks", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const project = `/organisations/${acme.organisation}/projects/${acme.project}`;
      assert.equal((await ask(as("admin"), `DELETE ${project}`)).status, 204);
      assert.equal((await ask(as("admin"), `GET ${project}/tasks/${acme.task}`)).status, 404);
      const { body } = await ask(as("admin"), `GET /organisations/${acme.organisation}/tasks`);
      assert.deepEqual(body["items"], []);
    });
  });

  suite(`comments on ${kind}`, () => {
    test("the author and administrators remove a comment, other members do not", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}/projects/${acme.project}/tasks/${acme.task}/comments`;
      const write = async (caller: CallerName) =>
        textOf((await ask(as(caller), `POST ${path}`, { json: { text: "Red" } })).body, "id");
      const remove = async (caller: CallerName, id: string) => (await ask(as(caller), `DELETE ${path}/${id}`)).status;
      const ofKey = await write("key");
      assert.equal(await remove("member", ofKey), 403);
      assert.equal(await remove("key", ofKey), 204);
      const ofAdmin = await write("admin");
      assert.equal(await remove("member", ofAdmin), 403);
      assert.equal(await remove("owner", ofAdmin), 204);
    });
  });
}
