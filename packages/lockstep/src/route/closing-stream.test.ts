import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createApi, depends, get, problem, resource, responseHeaders, stream, text } from "../index.ts";

const log: string[] = [];
const errors: unknown[] = [];
let closed = Promise.withResolvers<void>();

beforeEach(() => {
  log.length = 0;
  errors.length = 0;
  closed = Promise.withResolvers();
});

/** A transaction whose commit may fail. */
const transaction = (commit: () => void) =>
  resource({}, async function* () {
    log.push("open");
    try {
      yield log;
      commit();
      log.push("commit");
    } catch (error) {
      log.push(`rollback ${error instanceof Error ? error.name : ""}`);
      throw error;
    } finally {
      closed.resolve();
    }
  });

const db = transaction(() => {});
const failing = transaction(() => {
  throw new TypeError("commit");
});

async function* endless(): AsyncGenerator<string, void, void> {
  yield "a";
  await new Promise(() => {});
}

async function* broken(): AsyncGenerator<string, void, void> {
  yield "a";
  throw new TypeError("in the middle");
}

const api = createApi({
  title: "Streams",
  version: "1",
  audit: () => {},
  onError: (error) => void errors.push(error),
  routes: [
    get("/whole", { public: "test", deps: { db }, response: text("text/plain") }, () => stream(["a", "b"])),
    get("/commit", { public: "test", deps: { failing }, response: text("text/plain") }, () => stream(["a"])),
    get("/endless", { public: "test", deps: { db }, response: text("text/plain") }, () => stream(endless())),
    get("/broken", { public: "test", deps: { db }, response: text("text/plain") }, () => stream(broken())),
  ],
});

const ask = (path: string): Promise<Response> => api.fetch(new Request(`http://x${path}`));

async function bodyOf(path: string): Promise<ReadableStream<Uint8Array>> {
  const { body } = await ask(path);
  assert.ok(body !== null);
  return body;
}

test("resources commit after the last piece", async () => {
  assert.equal(await (await ask("/whole")).text(), "ab");
  assert.deepEqual(log, ["open", "commit"]);
  assert.deepEqual(errors, []);
});

test("a commit that fails after the last piece breaks the answer off", async () => {
  const response = await ask("/commit");
  await assert.rejects(response.text(), TypeError);
  assert.equal(errors.length, 1);
});

test("a reader that leaves while a piece is awaited closes the resources at once", async () => {
  const reader = (await bodyOf("/endless")).getReader();
  await reader.read();
  void reader.read();
  await reader.cancel();
  await closed.promise;
  assert.deepEqual(log, ["open", "rollback ReaderGone"]);
});

test("a stream that nobody reads closes the resources", async () => {
  await (await bodyOf("/endless")).cancel();
  await closed.promise;
  assert.deepEqual(log, ["open", "rollback ReaderGone"]);
});

test("an error in the middle is thrown into what is open, and reported", async () => {
  const response = await ask("/broken");
  await assert.rejects(response.text(), TypeError);
  assert.deepEqual(log, ["open", "rollback TypeError"]);
  assert.equal(errors.length, 1);
});

test("an error before the first piece is answered like one of the handler, and rolls back", async () => {
  const headers = responseHeaders({ "X-Note": "A remark." });
  const noted = depends({ headers }, ({ headers }) => headers.set("X-Note", "a"));
  const failures: Readonly<Record<string, () => AsyncIterable<string> | Iterable<string>>> = {
    at_once: function* () {
      yield* JSON.parse("{");
    },
    later: async function* () {
      await Promise.resolve();
      yield JSON.parse("{");
    },
    "409": async function* () {
      yield problem(409, "taken", "Taken.");
    },
    wrong: () => [1 as unknown as string],
  };
  for (const [name, pieces] of Object.entries(failures)) {
    log.length = 0;
    errors.length = 0;
    const route = get("/", { public: "test", deps: { db, noted }, response: text("text/plain") }, () => stream(pieces()));
    const served = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      onError: (error) => void errors.push(error),
      routes: [route],
    });
    const answer = await served.fetch(new Request("http://x/"));
    const status = name === "409" ? 409 : 500;
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [status, "application/problem+json"], name);
    assert.equal(answer.headers.get("x-note"), "a");
    assert.deepEqual([log[0], log[1]?.startsWith("rollback"), log.length], ["open", true, 2]);
    assert.equal(errors.length, status === 500 ? 1 : 0);
  }
});

test("a reader of events learns at once that it is connected, before there is one", async () => {
  const first = Promise.withResolvers<string>();
  const pieces = async function* (): AsyncGenerator<string, void, void> {
    yield await first.promise;
  };
  const route = get("/", { public: "test", response: text("text/event-stream") }, () => stream(pieces()));
  const answer = await createApi({ title: "t", version: "1", routes: [route] }).fetch(new Request("http://x/"));
  assert.equal(answer.status, 200);
  first.resolve("data: a\n\n");
  assert.equal(await answer.text(), "data: a\n\n");
});

test("a head that waited long enough is sent, and the piece that comes later is not lost", async (t) => {
  const first = Promise.withResolvers<string>();
  const asked = Promise.withResolvers<void>();
  const pieces = async function* (): AsyncGenerator<string, void, void> {
    asked.resolve();
    yield await first.promise;
    yield "b";
  };
  const route = get("/", { public: "test", response: text("text/plain") }, () => stream(pieces()));
  const served = createApi({ title: "t", version: "1", routes: [route] });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const answering = served.fetch(new Request("http://x/"));
  await asked.promise;
  t.mock.timers.tick(2000);
  const answer = await answering;
  first.resolve("a");
  assert.equal(await answer.text(), "ab");
});

test("a client that leaves while its first piece is waited for ends the stream", async () => {
  const asked = Promise.withResolvers<void>();
  const pieces = async function* (): AsyncGenerator<string, void, void> {
    asked.resolve();
    await new Promise(() => {});
    yield "never";
  };
  const route = get("/", { public: "test", deps: { db }, response: text("text/plain") }, () => stream(pieces()));
  const served = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error),
    routes: [route],
  });
  const leaving = new AbortController();
  const answering = served.fetch(new Request("http://x/", { signal: leaving.signal }));
  await asked.promise;
  leaving.abort();
  await closed.promise;
  assert.deepEqual([log, errors], [["open", "rollback ReaderGone"], []]);
  await answering;
});
