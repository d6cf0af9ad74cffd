/** Reports: one id for a request wherever it is named, and one event for its answer. */
import assert from "node:assert/strict";
import type { AnswerEvent } from "../../route/serving.ts";
import { eventually } from "../eventually.ts";
import { behaviour, type Behaviour, type HostUnderTest } from "../host-under-test.ts";
import type { AskOptions } from "../http-client.ts";
import { tokenOf } from "../world.ts";

const alice = `Bearer ${tokenOf("alice")}`;

/** The event of a request, which comes once the host knows that its answer is out. */
async function answerEvent(host: HostUnderTest, method: string, target: string, options: AskOptions = {}): Promise<AnswerEvent> {
  const before = host.world.answers.length;
  const { status } = await host.ask(method, target, options);
  await eventually(() => host.world.answers.length > before, 30_000, `the answer to ${method} ${target} is reported`);
  const [event, ...others] = host.world.answers.slice(before);
  assert.deepEqual(others, [], "one event for each request");
  assert.ok(event !== undefined && event.status === status);
  assert.deepEqual(host.world.observed.get(event.requestId), { begun: 1, answered: 1 }, "one observation for each request");
  return event;
}

const expected: readonly (readonly [method: string, target: string, options: AskOptions, event: Partial<AnswerEvent>])[] = [
  [
    "GET",
    "/health",
    {},
    { route: "GET /health", method: "GET", status: 200, code: undefined, access: "allowed", subject: undefined, schemes: [] },
  ],
  [
    "GET",
    "/me",
    { headers: [["authorization", alice]] },
    { route: "GET /me", status: 200, subject: "alice", schemes: ["OAuth2PasswordBearer"] },
  ],
  ["HEAD", "/me", { headers: [["authorization", alice]] }, { route: "GET /me", method: "HEAD", status: 200, subject: "alice" }],
  ["GET", "/me", {}, { route: "GET /me", status: 401, code: "unauthenticated", access: "refused", subject: undefined }],
  [
    "GET",
    "/notes/n2",
    { headers: [["authorization", alice]] },
    { status: 404, code: "not_found", access: "refused", refusedBy: "note", subject: "alice" },
  ],
  [
    "PATCH",
    "/notes/n1",
    { headers: [["authorization", alice]], body: "{}" },
    { route: "PATCH /notes/:id", status: 415, code: "unsupported_media_type", subject: "alice" },
  ],
  ["GET", "/nowhere", {}, { route: "(no route)", status: 404, code: "not_found", access: undefined }],
  ["PUT", "/health", {}, { status: 405, code: "method_not_allowed" }],
  ["OPTIONS", "/health", {}, { status: 204, code: undefined }],
];

/** What every host shows. */
export const reportBehaviours: readonly Behaviour[] = [
  behaviour("an id that a proxy sends is the id of the answer, of its audit event and of its answer event", async (host) => {
    for (const id of ["req_1-a.b", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a".repeat(128)]) {
      const answers = host.world.answers.length;
      const { events } = await host.observe(async () => {
        const answer = await host.ask("GET", "/me", { headers: [["x-request-id", id]] });
        assert.deepEqual(answer.headers["x-request-id"], [id]);
      });
      assert.deepEqual(
        events.map(({ requestId }) => requestId),
        [id],
      );
      await eventually(() => host.world.answers.length > answers, 30_000, "the answer is reported");
      assert.equal(host.world.answers.at(-1)?.requestId, id);
    }
  }),
  behaviour("an id that is too long, has other characters or came twice is not used", async (host) => {
    for (const ids of [["a".repeat(129)], ["a b"], ['a"b'], ["a,b"], ["<a>"], ["é"], [""], ["one", "two"]]) {
      const answer = await host.ask("GET", "/health", { headers: ids.map((id) => ["x-request-id", id] as const) });
      assert.ok(!ids.includes(answer.headers["x-request-id"]?.[0] ?? ""), JSON.stringify(ids));
    }
  }),
  behaviour("each answer is reported once, with its route, status, code and caller", async (host) => {
    for (const [method, target, options, event] of expected) {
      const reported = await answerEvent(host, method, target, options);
      for (const [name, value] of Object.entries(event))
        assert.deepEqual(Reflect.get(reported, name), value, `${method} ${target}: ${name}`);
      assert.ok(reported.durationMs >= 0 && Number.isFinite(reported.durationMs));
    }
  }),
  behaviour("a stream is reported once it has ended", async (host) => {
    const reported = await answerEvent(host, "GET", "/stream", { headers: [["authorization", alice]] });
    assert.deepEqual([reported.route, reported.status, reported.subject], ["GET /stream", 200, "alice"]);
  }),
  behaviour("an object that a role opened is on record, with its id and with the caller", async (host) => {
    const about = {
      type: "object.reached",
      route: "GET /any-note/:id",
      subjects: ["root"],
      dependency: "note",
      ids: { "path.id": "n1" },
    };
    const { events } = await host.observe(() => host.askAs(tokenOf("root"), "GET", "/any-note/n1"));
    assert.deepEqual(
      events.map(({ at: _at, requestId: _id, ...rest }) => rest),
      [about],
    );
    const hidden = await host.observe(() => host.askAs(tokenOf("root"), "GET", "/any-note/none"));
    assert.deepEqual(
      hidden.events.map(({ type }) => type),
      ["object.hidden"],
    );
  }),
];
