import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import type { Api } from "../index.ts";
import { brokenSources, brokenStream, canary, leftStream, type Misbehaviour, misbehaviours, places } from "./callback.fixture.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
before(() => void process.on("unhandledRejection", note));
after(() => void process.off("unhandledRejection", note));

const ask = (api: Api, path = "/", init: RequestInit = {}): Promise<Response> => api.fetch(new Request(`http://x${path}`, init));

/** Rejections are told after a turn of the event loop. */
async function aTurn(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function onStandardError(t: TestContext): () => readonly string[] {
  const error = t.mock.method(console, "error", () => {});
  return () => error.mock.calls.map((call) => call.arguments.join(" "));
}

const names = Object.keys(misbehaviours) as Misbehaviour[]; // The record is a constant.

for (const [where, { api, request, status }] of Object.entries(places)) {
  for (const name of names) {
    test(`${where} ${name}: the answer stays what it is, and nothing is left unhandled`, async (t) => {
      const lines = onStandardError(t);
      const it = api(misbehaviours[name]);
      const headers = { authorization: "Bearer x", "content-type": "application/json" };
      let answered: Response | undefined;
      const answer = ask(it, "/", { ...request, headers }).then((response) => (answered = response));
      if (status(name) === "none") {
        await aTurn();
        assert.equal(answered, undefined);
      } else {
        assert.equal((await answer).status, status(name));
      }
      assert.equal((await ask(it, "/health")).status, 200);
      await aTurn();
      assert.deepEqual(unhandled, []);
      assert.ok(
        lines().every((line) => !line.includes(canary)),
        lines().join("\n"),
      );
    });
  }
}

test("a sink and a listener that fail are told of in one line, by the name of the error's type", async (t) => {
  const lines = onStandardError(t);
  for (const where of ["audit", "onError"]) {
    for (const [name, type] of [
      ["throws", "Lost"],
      ["rejects", "Lost"],
      ["throws a text", "string"],
      ["throws what cannot be read", "Error"],
      ["gives a text", undefined],
      ["never settles", undefined],
    ] as const) {
      const before = lines().length;
      await ask(places[where]?.api(misbehaviours[name]) ?? assert.fail());
      await aTurn();
      const told = lines().slice(before);
      assert.equal(told.length, type === undefined ? 0 : 1, `${where} ${name}: ${told.join()}`);
      if (type !== undefined) assert.match(told[0] ?? "", new RegExp(`failed on .*\\(request [0-9a-f-]+\\): ${type}$`));
    }
  }
});

test("an event goes out although the clock fails, with the time of the process", async (t) => {
  const lines = onStandardError(t);
  for (const name of names) {
    const events: number[] = [];
    const told = lines().length;
    const began = Date.now();
    await ask(places["clock"]?.api(misbehaviours[name], { audit: ({ at }) => void events.push(at) }) ?? assert.fail());
    await aTurn();
    const [at = 0] = events;
    assert.ok(events.length === 1 && at >= began && at <= Date.now(), name);
    assert.equal(lines().length - told, 1, name);
  }
  const events: number[] = [];
  await ask(places["clock"]?.api(() => 42, { audit: ({ at }) => void events.push(at) }) ?? assert.fail());
  assert.deepEqual(events, [42]);
});

test("a schema that breaks is told to onError, with its place and nothing of the request", async () => {
  for (const [where, place] of [
    ["the schema of a body", "body"],
    ["the schema of a response", "the response of GET /"],
  ] as const) {
    for (const name of names.filter((each) => each !== "never settles")) {
      const errors: unknown[] = [];
      const { api, request } = places[where] ?? assert.fail();
      const it = api(misbehaviours[name], { onError: (error) => void errors.push(error) });
      await ask(it, "/", { ...request, headers: { "content-type": "application/json" } });
      const [error] = errors;
      assert.ok(errors.length === 1 && error instanceof Error, `${where} ${name}`);
      assert.equal("code" in error && error.code, "wrong_schema");
      assert.ok(error.message.includes(place) && !error.message.includes(canary), error.message);
    }
  }
});

for (const [name, source] of Object.entries(brokenSources)) {
  test(`a stream that ${name} breaks off, and onError gets why`, async () => {
    const errors: unknown[] = [];
    const response = await ask(brokenStream(source, { onError: (error) => void errors.push(error) }));
    await assert.rejects(response.text());
    await aTurn();
    assert.deepEqual(
      errors.map((error) => (error instanceof Error ? error.name : typeof error)),
      [/yields/.test(name) ? "BuildError" : "Lost"],
    );
    assert.deepEqual(unhandled, []);
  });
}

test("a source that is left by a stream that broke off runs its finally", async () => {
  const closed = Promise.withResolvers<void>();
  const api = brokenStream(function* () {
    try {
      yield 1 as unknown as string; // What JavaScript may do.
    } finally {
      closed.resolve();
    }
  });
  assert.equal((await ask(api)).status, 500);
  await closed.promise;
});

test("a stream that fails after its reader has left, and one that never yields a piece, leave nothing unhandled", async (t) => {
  for (const path of ["/", "/silent"]) {
    const errors: unknown[] = [];
    const { api, left } = leftStream({ onError: (error) => void errors.push(error) });
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const answer = ask(api, path);
    // The head is sent after two seconds, even without a piece.
    await aTurn();
    t.mock.timers.tick(2000);
    const reader = (await answer).body?.getReader() ?? assert.fail();
    t.mock.timers.reset();
    const read = reader.read();
    if (path === "/") await read;
    await reader.cancel();
    await left;
    await aTurn();
    assert.deepEqual([unhandled, errors], [[], []]);
    assert.equal((await ask(api, "/health")).status, 200);
  }
});
