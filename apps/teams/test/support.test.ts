/** Support staff read everything, write nothing, and every read is on record in the organisation's events. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { channel, eventsAfter } from "../src/event/event.ts";
import { databaseKinds } from "./database.fixture.ts";
import { ask, startTeams, type Teams } from "./teams.fixture.ts";

/** Does something, and waits until an organisation has another event. */
async function untilRecorded<T>({ database }: Teams, act: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = await database.listen(channel, { notified: () => resolve(), reconnected: () => resolve() });
  const result = await act();
  await promise;
  await listening.close();
  return result;
}

for (const kind of databaseKinds) {
  suite(`support staff, on ${kind}`, () => {
    const started = startTeams({ after }, kind);

    test("a read is on record, with who read and by which route", async () => {
      const teams = await started;
      const { as, acme, people, store } = teams;
      const route = `GET /organisations/${acme.organisation}/projects/${acme.project}`;
      assert.equal((await untilRecorded(teams, () => ask(as("support"), route))).status, 200);
      const recorded = await store.system(() => eventsAfter({ id: acme.organisation, after: 0 }));
      assert.deepEqual(
        recorded.map(({ type, actor, subject }) => ({ type, actor, subject })),
        [
          {
            type: "support: GET /organisations/:organisation/projects/:project",
            actor: people.support,
            subject: acme.organisation,
          },
        ],
      );
    });

    test("members, and staff who are refused, leave no record of a read", async () => {
      const teams = await started;
      const { as, acme, store } = teams;
      const last = async () => (await store.system(() => eventsAfter({ id: acme.organisation, after: 0 }))).at(-1);
      const before = await last();
      const path = `/organisations/${acme.organisation}`;
      assert.equal((await ask(as("viewer"), `GET ${path}`)).status, 200);
      assert.equal((await ask(as("support"), `PATCH ${path}`, { json: { name: "x" } })).status, 403);
      // A later read is recorded after everything that the requests before it recorded.
      await untilRecorded(teams, () => ask(as("support"), `GET ${path}/members`));
      const { number, type } = (await last()) ?? {};
      assert.deepEqual([number, type], [(before?.number ?? 0) + 1, "support: GET /organisations/:organisation/members"]);
    });
  });
}
