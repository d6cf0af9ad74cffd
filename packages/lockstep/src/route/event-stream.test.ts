import assert from "node:assert/strict";
import { EventEmitter, on } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { resource } from "../dependency/resource.ts";
import { connection } from "../input/connection.ts";
import { lastEventId } from "../input/last-event-id.ts";
import { reply } from "../outcome/reply.ts";
import { secret } from "../secret/redacted.ts";
import { eventually } from "../testing/eventually.ts";
import { type EventStreamOptions, eventStream } from "./event-stream.ts";
import { get, type Route } from "./route.ts";

const Note = z.object({ text: z.string() });
const open = { public: "a test" } as const;

/** A route, as it is served: the answer to a GET, and what went wrong. */
async function asked(route: Route, init: RequestInit = {}) {
  const errors: string[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
    routes: [route],
  });
  return { api, errors, response: await api.fetch(new Request("http://x/events", init)) };
}

/** The text of a stream of these events. */
async function sent(events: unknown, options?: EventStreamOptions) {
  // As from JavaScript: the compiler knows what an event is.
  const route = get("/events", { ...open, response: eventStream(Note, options) }, () => events as never);
  const { errors, response } = await asked(route);
  return { response, text: await response.text().catch(() => "broken off"), errors };
}

async function* several(...events: readonly unknown[]): AsyncGenerator<unknown, void, void> {
  for (const event of events) {
    await Promise.resolve();
    yield event;
  }
}

describe("eventStream()", () => {
  test("writes the id, the name, the delay and the data of each event", async () => {
    const { response, text, errors } = await sent(
      several(
        { data: { text: "a" } },
        { id: 7, event: "note", retryMs: 250, data: { text: "two\nlines" } },
        { id: 8n, data: { text: "b" }, event: undefined },
      ),
    );
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("x-accel-buffering"), "no");
    assert.deepEqual(errors, []);
    const lines = [
      'data: {"text":"a"}\n\n',
      'id: 7\nevent: note\nretry: 250\ndata: {"text":"two\\nlines"}\n\n',
      'id: 8\ndata: {"text":"b"}\n\n',
    ];
    assert.equal(text, lines.join(""));
  });

  test("takes arrays, generators and promises of them, and a reply", async () => {
    const event = { data: { text: "a" } };
    for (const events of [[event], several(event), Promise.resolve([event]), reply(200, [event])])
      assert.equal((await sent(events)).text, 'data: {"text":"a"}\n\n');
  });

  test("cuts the data to its schema, and breaks off if it does not fit or holds a secret", async () => {
    assert.equal((await sent([{ data: { text: "a", hash: "x" } }])).text, 'data: {"text":"a"}\n\n');
    for (const data of [{ text: 1 }, undefined, { text: secret("canary") }, new Map()]) {
      const { text, errors } = await sent([{ data }]);
      assert.equal(text, "broken off");
      assert.equal(errors.length, 1);
      assert.doesNotMatch(errors.join(), /canary/);
    }
  });

  test("ends the generator when an event cannot be written, and leaves no timer", async () => {
    const log: string[] = [];
    async function* events(): AsyncGenerator<unknown, void, void> {
      try {
        yield { data: { text: "a" } };
        yield { data: { text: 1 } };
      } finally {
        log.push("finally");
      }
    }
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    assert.equal((await sent(events())).text, "broken off");
    await eventually(() => log.length === 1, 30_000, "the generator has ended");
    async function* broken(): AsyncGenerator<unknown, void, void> {
      yield { data: { text: "a" } };
      throw new RangeError("broken");
    }
    assert.equal((await sent(broken())).text, "broken off");
    assert.equal(timers(), before);
  });

  test("lets no id or name begin another field", async () => {
    const data = { text: "a" };
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ id: "1\ndata: x", data }, /the id of an event/],
      [{ id: "1\r", data }, /the id of an event/],
      [{ id: "\0", data }, /the id of an event/],
      [{ id: "", data }, /the id of an event/],
      [{ id: "é", data }, /comes? back|sends it back/],
      [{ event: "a\nb", data }, /the name of an event/],
      [{ event: "", data }, /the name of an event/],
      [{ retryMs: -1, data }, /retryMs/],
      [{ retryMs: 0.5, data }, /retryMs/],
      [{ retry: 5, data }, /correct or remove the member "retry"/],
      [{ constructor: 5, data }, /correct or remove the member "constructor"/],
      [{ id: 1 }, /yield events such as \{ data, id, event \}/],
    ];
    for (const [event, message] of wrong) {
      const { text, errors } = await sent([event]);
      assert.equal(text, "broken off");
      assert.match(errors.join(), message);
    }
    assert.equal((await sent([{ id: "a:b 1", data }])).text, 'id: a:b 1\ndata: {"text":"a"}\n\n');
  });

  test("answers 500 to a result that is not a stream", async () => {
    for (const result of [{ data: { text: "a" } }, "data: a", 7, null, new Uint8Array(2)]) {
      const { response, errors } = await sent(result);
      assert.equal(response.status, 500);
      assert.match(errors.join(), /return the events/);
    }
  });

  test("sends a comment while no event comes, and then the event", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const event = Promise.withResolvers<object>();
    async function* events() {
      yield await event.promise;
    }
    const { response } = await asked(
      get("/events", { ...open, response: eventStream(Note, { heartbeatSeconds: 20 }) }, () => events() as never),
    );
    const reader = readerOf(response);
    for (let time = 0; time < 2; time += 1) {
      const comment = reader.next();
      await ticking(t, 19_999);
      assert.equal(await settled(comment), undefined, "not before its time");
      await ticking(t, 1);
      assert.equal(await comment, ":\n\n");
    }
    event.resolve({ data: { text: "late" } });
    assert.equal(await reader.next(), 'data: {"text":"late"}\n\n');
  });

  test("asks for the next event when the reader has taken the one before", async () => {
    let made = 0;
    function* events() {
      for (;;) yield { data: { text: String((made += 1)) } };
    }
    const { response } = await asked(get("/events", { ...open, response: eventStream(Note) }, () => events()));
    const reader = readerOf(response);
    for (let time = 0; time < 5; time += 1) await reader.next();
    assert.ok(made <= 7, `made ${made} for 5`);
    await reader.cancel();
  });

  test("ends the generator and the resources when the reader leaves, though it waits for an event", async () => {
    const log: string[] = [];
    const db = resource({}, function* () {
      try {
        yield 1;
      } finally {
        log.push("closed");
      }
    });
    const bus = new EventEmitter();
    const { response, errors } = await asked(
      get("/events", { ...open, deps: { db, came: connection() }, response: eventStream(Note) }, async function* ({ came }) {
        try {
          yield { data: { text: "first" } };
          for await (const [text] of on(bus, "note", { signal: came.signal })) yield { data: { text: String(text) } };
        } finally {
          log.push("finally");
        }
      }),
    );
    const reader = readerOf(response);
    await reader.next();
    const waiting = reader.next();
    await eventually(() => bus.listenerCount("note") === 1, 30_000, "the generator listens");
    bus.emit("note", "second");
    assert.equal(await waiting, 'data: {"text":"second"}\n\n');
    await reader.cancel();
    await eventually(() => log.length === 2, 30_000, "everything ends");
    assert.deepEqual(log.toSorted(), ["closed", "finally"]);
    assert.deepEqual(errors, [], "a reader that leaves is not an error");
  });

  test("does not run the generator for HEAD", async () => {
    let isBegun = false;
    async function* events() {
      isBegun = true;
      yield { data: { text: "a" } };
    }
    const { response } = await asked(get("/events", { ...open, response: eventStream(Note) }, events), { method: "HEAD" });
    assert.deepEqual([response.status, response.headers.get("content-type")], [200, "text/event-stream"]);
    assert.equal(isBegun, false);
  });

  test("is documented with the schema of its data", async () => {
    const { api } = await asked(get("/events", { ...open, response: eventStream(Note) }, () => []));
    const { responses } = api.openapi().paths["/events"]?.get ?? {};
    assert.deepEqual(responses?.["200"]?.content, {
      "text/event-stream": {
        schema: { type: "object", properties: { text: { type: "string" } }, required: ["text"], additionalProperties: false },
      },
    });
  });

  test("refuses a heartbeat that cannot be", () => {
    for (const heartbeatSeconds of [0, 0.5, 3601, Number.NaN, "5"])
      assert.throws(() => eventStream(Note, { heartbeatSeconds: heartbeatSeconds as number }), { code: "wrong_option" });
  });
});

describe("lastEventId()", () => {
  const since = lastEventId(z.int());
  const route = get("/events", { ...open, deps: { since, text: lastEventId() }, response: eventStream(Note) }, (deps) => [
    { data: { text: `${deps.since} ${deps.text}` } },
  ]);
  const answer = async (...ids: readonly string[]): Promise<readonly unknown[]> => {
    const headers = new Headers();
    for (const id of ids) headers.append("Last-Event-ID", id);
    const { response } = await asked(route, { headers });
    return [response.status, (await response.text()).slice(0, 40)];
  };

  test("is the id that the client got last, or undefined", async () => {
    assert.deepEqual(await answer("17"), [200, 'data: {"text":"17 17"}\n\n']);
    assert.deepEqual(await answer(), [200, 'data: {"text":"undefined undefined"}\n\n']);
  });

  test("is 422 if it does not fit the schema", async () => {
    assert.equal((await answer("x"))[0], 422);
  });

  test("is the same dependency for the same schema, an optional header, and no object id", async () => {
    const Position = z.int();
    assert.equal(lastEventId(Position), lastEventId(Position));
    assert.equal(lastEventId(), lastEventId());
    const { api } = await asked(route);
    const [parameter] = api.openapi().paths["/events"]?.get?.parameters ?? [];
    assert.deepEqual([parameter?.name, parameter?.in, parameter?.required ?? false], ["Last-Event-ID", "header", false]);
  });
});

/** Reads a response piece by piece, as text. */
function readerOf(response: Response): { next(): Promise<string>; cancel(): Promise<void> } {
  const reader = response.body?.getReader();
  return {
    next: async () => Buffer.from((await reader?.read())?.value ?? []).toString(),
    cancel: async () => reader?.cancel(),
  };
}

/** Lets promises settle, and then time pass. */
async function ticking(t: TestContext, ms: number): Promise<void> {
  for (let time = 0; time < 20; time += 1) await Promise.resolve();
  await new Promise(setImmediate);
  t.mock.timers.tick(ms);
}

/** The value of a promise that has settled. */
async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  await new Promise(setImmediate);
  return Promise.race([promise, Promise.resolve(undefined)]);
}
