/** Events: the export for auditors, and the stream that a page follows. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { changed, eventsAfter } from "../src/event/event.ts";
import { organisations } from "../src/organisation/organisation.ts";
import { databaseKinds } from "./database.fixture.ts";
import { type Answer, ask, password, type Person, startTeams, textOf, type Teams } from "./teams.fixture.ts";

/** One event as `EventSource` shows it. */
interface Seen {
  readonly id: string;
  readonly data: { readonly number: number; readonly type: string; readonly subject: string; readonly actor: string };
}

/** Follows the events of Acme with a token, one by one, until the stream breaks off. */
async function* follow({ serve, api, acme }: Teams, caller: Person, lastId?: number): AsyncGenerator<Seen, void, void> {
  const send = serve(api);
  const form = new URLSearchParams({ grant_type: "password", username: `${caller}@example.com`, password });
  const token = textOf((await ask(send, "POST /auth/token", { body: form })).body, "access_token");
  const headers = { authorization: `Bearer ${token}`, ...(lastId !== undefined && { "last-event-id": `${lastId}` }) };
  const answer = await send(new Request(`http://teams.test/organisations/${acme.organisation}/events`, { headers }));
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "text/event-stream"]);
  let text = "";
  for await (const piece of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [, id, data] = /^id: (\d+)\ndata: (.+)$/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      // A heartbeat is a comment.
      if (id !== undefined && data !== undefined) yield { id, data: JSON.parse(data) };
    }
  }
}

async function next(events: AsyncGenerator<Seen, void, void>): Promise<Seen["data"]> {
  const { value } = await events.next();
  assert.ok(value, "the stream goes on");
  assert.equal(value.id, `${value.data.number}`);
  return value.data;
}

const addProject = ({ as, acme }: Teams, name: string): Promise<Answer> =>
  ask(as("member"), `POST /organisations/${acme.organisation}/projects`, { json: { name } });

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);

  suite(`the event stream on ${kind}`, () => {
    test("sends past and coming events of one organisation, and goes on after a lost connection", async () => {
      const teams = await started;
      const { as, other, people } = teams;
      await addProject(teams, "One");
      const events = follow(teams, "viewer");
      const first = await next(events);
      assert.deepEqual([first.number, first.type, first.actor], [1, "project.created", people.member]);

      const coming = next(events);
      await ask(as("eve"), `PATCH /organisations/${other.organisation}`, { json: { name: "Elsewhere" } });
      const project = textOf((await addProject(teams, "Two")).body, "id");
      assert.deepEqual([(await coming).number, (await coming).subject], [2, project], "nothing of the other organisation");
      await events.return();

      await addProject(teams, "Three");
      const later = follow(teams, "viewer", 2);
      assert.equal((await next(later)).number, 3);
      await later.return();
    });

    test("ends when its reader is no longer a member, and is 404 from then on", async () => {
      const teams = await started;
      const { as, acme, people } = teams;
      const events = follow(teams, "viewer");
      await next(events);
      const members = (await ask(as("owner"), `GET /organisations/${acme.organisation}/members`)).body;
      const member = Object.values(members).find((each) => textOf(each, "userId") === people.viewer);
      const path = `/organisations/${acme.organisation}/members/${textOf(member, "id")}`;
      assert.equal((await ask(as("owner"), `DELETE ${path}`)).status, 204);
      await assert.rejects(async () => {
        for await (const event of events) assert.notEqual(event, undefined);
      });
      assert.equal((await ask(as("viewer"), `GET /organisations/${acme.organisation}/events`)).status, 404);
    });

    test("has a record that support staff read it, which is not repeated", async () => {
      const teams = await started;
      const events = follow(teams, "support");
      let seen = await next(events);
      while (!seen.type.startsWith("support")) seen = await next(events);
      assert.deepEqual([seen.type, seen.actor], ["support: GET /organisations/:organisation/events", teams.people.support]);
      await addProject(teams, "Four");
      assert.equal((await next(events)).type, "project.created");
      await events.return();
    });
  });

  suite(`the export of events on ${kind}`, () => {
    test("is a table of every event, in which no text is a formula", async (t) => {
      const { as, acme, store, people } = await (await started).begin(t);
      const path = `http://teams.test/organisations/${acme.organisation}/events.csv`;
      const linesOf = async () => (await (await as("admin")(new Request(path))).text()).trimEnd().split("\r\n");
      const before = await linesOf();
      assert.equal(before[0], "number,type,subject,actor,at");
      const org = { id: acme.organisation, callerId: people.owner };
      // More than a page, which has 100.
      await store.system(function* () {
        for (let index = 0; index < 250; index += 1) yield* changed(org, `=${index}`, organisations.find(org));
      });
      const lines = (await linesOf()).slice(before.length);
      assert.equal(lines.length, 250);
      const expected = lines.map((_, index) => [`${before.length + index}`, `'=${index}`, acme.organisation, people.owner]);
      assert.deepEqual(
        lines.map((line) => line.split(",").slice(0, 4)),
        expected,
      );
    });

    test("holds no transaction while a client reads slowly", async () => {
      const { as, acme, store } = await started;
      const send = as("admin");
      const answer = await send(new Request(`http://teams.test/organisations/${acme.organisation}/events.csv`));
      const reader = answer.body?.getReader();
      assert.equal((await reader?.read())?.done, false);
      // SQLite has one connection, on which a second transaction would fail.
      assert.ok(await store.system(() => organisations.find({ id: acme.organisation })));
      await reader?.cancel();
    });

    test("says when a change happened, not when its organisation was made", async (t) => {
      const teams = await (await started).begin(t);
      const { store, acme } = teams;
      const began = new Date().toISOString();
      await addProject(teams, "Timed");
      const events = await store.system(() => eventsAfter({ id: acme.organisation, after: 0 }));
      const at = events.at(-1)?.at ?? "";
      assert.ok(at >= began && at <= new Date().toISOString(), at);
    });
  });
}
