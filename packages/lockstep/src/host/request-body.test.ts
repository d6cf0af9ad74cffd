import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BuildError } from "../problem/error.ts";
import { hostRequest } from "../input/host-request.fixture.ts";
import type { HostRequest } from "./host.ts";
import { readWhole, RequestBody } from "./request-body.ts";

const tooLarge = { status: 413, code: "too_large" };

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** A request with a body of three pieces, and a record of the pieces that are asked for. */
function inPieces(headers: Readonly<Record<string, string>> = {}): { request: HostRequest; asked: string[] } {
  const asked: string[] = [];
  async function* body(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (const piece of ["ab", "cd", "ef"]) {
        asked.push(piece);
        yield Buffer.from(piece);
      }
      asked.push("end");
    } finally {
      asked.push("left");
    }
  }
  return { request: { ...hostRequest({ headers }), body }, asked };
}

describe("RequestBody", () => {
  test("asks the host for a piece only when one is wanted, and never before", async () => {
    const { request, asked } = inPieces();
    const body = new RequestBody(request, 6);
    assert.deepEqual(asked, []);
    assert.equal(textOf((await body.next()).value), "ab");
    assert.deepEqual(asked, ["ab"]);
    assert.equal(textOf(await readWhole(body)), "cdef");
    assert.deepEqual(asked, ["ab", "cd", "ef", "end", "left"]);
    assert.deepEqual(await body.next(), { done: true, value: undefined });
  });

  test("is 413 before anything is read if the announced length is above the limit", async () => {
    const { request, asked } = inPieces({ "content-length": "7" });
    assert.throws(() => new RequestBody(request, 6), tooLarge);
    assert.deepEqual(asked, []);
    assert.equal((await readWhole(new RequestBody(request, 7))).length, 6);
  });

  test("is 413 as soon as more than the limit has come, reads no further, and stays so", async () => {
    const { request, asked } = inPieces();
    const body = new RequestBody(request, 3);
    await assert.rejects(readWhole(body), tooLarge);
    assert.deepEqual(asked, ["ab", "cd", "left"]);
    await assert.rejects(body.next(), tooLarge);
    assert.equal(body.failure?.code, "too_large");
  });

  test("leaves the rest unread if its reader leaves", async () => {
    const { request, asked } = inPieces();
    const body = new RequestBody(request, 6);
    for await (const _piece of body) break;
    assert.deepEqual(asked, ["ab", "left"]);
    assert.deepEqual([await body.next(), body.failure], [{ done: true, value: undefined }, undefined]);
  });

  test("is 400 if the pieces end too early, whatever ending them throws", async () => {
    const reset = new Error("ECONNRESET");
    const body = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(reset),
        return: () => Promise.reject(new Error("closing")),
      }),
    });
    const read = new RequestBody({ ...hostRequest({}), body }, 6);
    await assert.rejects(readWhole(read), { status: 400, code: "malformed_request", cause: reset });
  });

  test("passes on what the host says to its developer, and refuses pieces that are not bytes", async () => {
    const already = new BuildError("wrong_input", "the body has already been read");
    const throws = (): never => {
      throw already;
    };
    await assert.rejects(readWhole(new RequestBody({ ...hostRequest({}), body: throws }, 6)), already);
    async function* texts(): AsyncGenerator<Uint8Array, void, void> {
      yield JSON.parse('"text"');
    }
    await assert.rejects(readWhole(new RequestBody({ ...hostRequest({}), body: texts }, 6)), { code: "wrong_result" });
  });
});
