import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import { createApi } from "../api/api.ts";
import { resource } from "../dependency/resource.ts";
import { serveFetch } from "../host/fetch/index.ts";
import { stream } from "../outcome/stream.ts";
import { problem } from "../problem/problem.ts";
import { post } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { eventually } from "../testing/eventually.ts";
import { bodyStream } from "./body-stream.ts";
import { requestSource } from "./host-request.fixture.ts";
import { factsOf, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";

const said = { identifies: nothing("a test") } as const;
const response = unchecked("a test");

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += Buffer.from(piece).toString("latin1");
  return text;
}

describe("bodyStream()", () => {
  test("is an iterable of the bytes as they were sent", async () => {
    const pieces = await readInput(bodyStream(said), { body: "abc", headers: { "content-type": "text/plain; charset=utf-16" } });
    assert.equal(await textOf(pieces as AsyncIterable<Uint8Array>), "abc");
  });

  test("reads nothing before the handler asks for it", async () => {
    let isRead = false;
    const node = bodyStream(said)["~dep"];
    assert.ok(node.kind === "input");
    const source = requestSource({ body: "abc" }, () => (isRead = true));
    const pieces = node.read(source, {}) as AsyncIterable<Uint8Array>;
    assert.equal(isRead, false);
    assert.equal(await textOf(pieces), "abc");
    assert.ok(isRead);
    assert.throws(() => source.pieces(9), { code: "wrong_input" });
    await assert.rejects(source.content(), { code: "wrong_input", message: /^Read the body with one input/ });
  });

  test("is read once: a second reader is told, and does not take the body for an empty one", async () => {
    const pieces = (await readInput(bodyStream(said), { body: "abc" })) as AsyncIterable<Uint8Array>;
    assert.equal(await textOf(pieces), "abc");
    assert.throws(() => pieces[Symbol.asyncIterator](), { code: "wrong_input", message: /^Read the body once/ });
  });

  test("has a limit of its own, which may be above or below that of the route", async () => {
    const limits = { maxBodyBytes: 3 };
    const read = async (maxBytes: number | undefined, body: string): Promise<string> => {
      const dep = bodyStream(maxBytes === undefined ? said : { ...said, maxBytes });
      const pieces = (await readInput(dep, { body, limits })) as AsyncIterable<Uint8Array>;
      return textOf(pieces).catch((error: unknown) => String(Reflect.get(error as object, "code")));
    };
    assert.deepEqual([await read(undefined, "abc"), await read(undefined, "abcd")], ["abc", "too_large"]);
    assert.deepEqual([await read(5, "abcde"), await read(5, "abcdef")], ["abcde", "too_large"]);
    assert.deepEqual([await read(2, "ab"), await read(2, "abc")], ["ab", "too_large"]);
    assert.equal(await readInput(bodyStream(said), { headers: { "content-length": "4" }, limits }), "413 too_large");
  });

  test("says what it is, if only some media types are taken", async () => {
    const image = bodyStream({ ...said, mediaTypes: ["image/png"] });
    const typed = (type: string) => readInput(image, { headers: { "content-type": type }, body: "x" });
    assert.equal(await typed("image/gif"), "415 unsupported_media_type");
    assert.equal(await readInput(image, { body: "x" }), "415 unsupported_media_type");
    assert.equal(await readInput(image, {}), "415 unsupported_media_type");
    assert.equal(await textOf((await typed("image/png")) as AsyncIterable<Uint8Array>), "x");
  });

  test("declares itself as an input without a schema", () => {
    const node = bodyStream({ mediaTypes: ["image/png"] })["~dep"];
    assert.ok(node.kind === "input");
    const objectIds = { ids: [], nothing: {}, unsaid: "bytes that may hold anything" };
    assert.deepEqual(node.input, { kind: "body-stream", name: "", schema: undefined, objectIds, mediaTypes: ["image/png"] });
    assert.deepEqual(factsOf(bodyStream()), ["input"]);
    assert.deepEqual(factsOf(bodyStream({ identifies: "object" })), ["input", "object-id:bodyStream"]);
    assert.throws(() => bodyStream({ mediaTypes: ["PNG"] }), { code: "wrong_input", message: /^bodyStream\(\): write "PNG" as/ });
    for (const maxBytes of [0, -1, 1.5, Number.NaN, Infinity])
      assert.throws(() => bodyStream({ maxBytes }), { code: "wrong_option", message: /^bodyStream\(\): set "maxBytes"/ });
  });
});

/** An API of one route, with a record of what its resource and its listener are told. */
function served(handler: (pieces: AsyncIterable<Uint8Array>) => unknown): {
  readonly send: (body: ReadableStream<Uint8Array> | string) => Promise<Response>;
  readonly log: string[];
} {
  const log: string[] = [];
  const db = resource({}, async function* () {
    try {
      yield log;
      log.push("commit");
    } catch (error) {
      log.push(`rollback ${error instanceof Error ? error.name : ""}`);
      throw error;
    }
  });
  const pieces = bodyStream({ ...said, maxBytes: 5 });
  const route = post("/", { public: "a test", deps: { db, pieces }, response }, ({ pieces }) => handler(pieces) as object);
  const api = createApi({
    title: "t",
    version: "1",
    audit: (event) => void log.push(event.type),
    onError: (error) => void log.push(`error ${error instanceof Error ? error.name : ""}`),
    routes: [route],
  });
  const answer = serveFetch(api);
  return { log, send: (body) => answer(new Request("http://x/", { method: "POST", body, duplex: "half" })) };
}

/** Ends with an error that another one caused, as clients of object stores do. */
async function store(pieces: AsyncIterable<Uint8Array>): Promise<object> {
  await pipeline(Readable.from(pieces), new PassThrough().resume()).catch((error: unknown) => {
    throw new Error("The upload failed", { cause: new Error("The request failed", { cause: error }) });
  });
  return { stored: true };
}

const cutShort = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ pull: (controller) => controller.error(new TypeError("the connection was reset")) });

describe("a handler that reads a body in pieces", () => {
  test("answers 413 or 400 and rolls back if the error of the body gets through, also inside another one", async () => {
    for (const handler of [textOf, store]) {
      const { send, log } = served(async (pieces) => ({ read: await handler(pieces) }));
      assert.equal((await send("abcde")).status, 200);
      assert.equal((await send("abcdef")).status, 413);
      assert.equal((await send(cutShort())).status, 400);
      assert.deepEqual(log, ["commit", "rollback Problem", "rollback Problem"]);
    }
  });

  test("fails with its own error if that has another cause, or is an answer", async () => {
    const { send, log } = served(async (pieces) => {
      await textOf(pieces).catch(() => {});
      throw new RangeError("a mistake of the handler");
    });
    assert.equal((await send("abcdef")).status, 500);
    assert.deepEqual(log, ["rollback RangeError", "error.unexpected", "error RangeError"]);
    const other = served(async (pieces) => {
      await textOf(pieces).catch((cause: unknown) => problem(422, "too_long", "Shorter, please.", { cause }));
    });
    assert.equal((await other.send("abcdef")).status, 422);
  });

  test("may answer with a stream that reads the body as it is sent", async () => {
    async function* shouted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
      for await (const piece of pieces) yield new TextDecoder().decode(piece).toUpperCase();
    }
    const { send, log } = served((pieces) => stream(shouted(pieces), { type: "text/plain" }));
    assert.equal(await (await send("abc")).text(), "ABC");
    assert.equal((await send("abcdef")).status, 413, "the limit is passed before the first piece of the answer");
    const inTwo = ReadableStream.from([Buffer.from("abc"), Buffer.from("def")]);
    await assert.rejects((await send(inTwo)).text(), "and after it");
    await eventually(() => log.length === 3, 30_000, "the resource closes");
    assert.deepEqual(log, ["commit", "rollback Problem", "rollback Problem"]);
  });

  test("that returns before it has read the body reads no more, and a later read fails", async () => {
    const gate = new PassThrough();
    const late = Promise.withResolvers<unknown>();
    const { send } = served((pieces) => {
      void once(gate, "finish").then(async () => late.resolve(await textOf(pieces).catch((error: unknown) => error)));
      return {};
    });
    const pulled: string[] = [];
    const body = new ReadableStream<Uint8Array>(
      { pull: (controller) => (pulled.push("pull"), controller.enqueue(Buffer.from("abc"))) },
      { highWaterMark: 0 },
    );
    assert.equal((await send(body)).status, 200);
    gate.end();
    const error = await late.promise;
    assert.ok(error instanceof Error && "code" in error);
    assert.deepEqual(
      [error.code, String(error.cause)],
      ["malformed_request", "Error: The request was answered before its body was read"],
    );
    assert.deepEqual(pulled, []);
  });
});
