import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createApi, get, resource, stream, text } from "../index.ts";

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
