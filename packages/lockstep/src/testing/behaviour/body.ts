/** Bodies of every kind: framed in every way, in pieces, and never decompressed. */
import assert from "node:assert/strict";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { maxStreamBytes } from "../body-routes.ts";
import { eventually } from "../eventually.ts";
import { behaviour, type Behaviour, expectJson, expectProblem, type HostUnderTest } from "../host-under-test.ts";
import { maxBodyBytes } from "../suite-api.ts";
import { tokenOf } from "../world.ts";

const good = tokenOf("alice");

interface Kind {
  readonly path: string;
  readonly type: string;
  readonly body: string;
  readonly answer: object;
  readonly status?: number;
}

/** Every kind of body. */
const kinds: readonly Kind[] = [
  { path: "/notes", type: "application/json", body: '{"text":"é"}', answer: { text: "é" }, status: 201 },
  { path: "/form", type: "application/x-www-form-urlencoded", body: "text=%C3%A9", answer: { text: "é" } },
  { path: "/upload", type: "application/octet-stream", body: "abcdef", answer: { bytes: 6 } },
  { path: "/pieces", type: "application/octet-stream", body: "abcdef", answer: { bytes: 6 } },
  { path: "/pieces/image", type: "image/png", body: "abcdef", answer: { bytes: 6 } },
];

type Headers = readonly (readonly [string, string])[];

const send = (host: HostUnderTest, kind: Kind, more: { type?: string; headers?: Headers; chunked?: boolean } = {}) => {
  const { type = kind.type, headers = [], chunked = false } = more;
  return host.askAs(good, "POST", kind.path, { headers: [["content-type", type], ...headers], body: kind.body, chunked });
};

const compressed = { code: "unsupported_encoding", detail: "The body must not be compressed." };
const tooLarge = { code: "too_large", detail: "The body is too large." };

/** Sends pieces, and waits for the handler to have read each before it sends the next. At the end it does as `end` says. */
async function* readOneByOne(
  host: HostUnderTest,
  pieces: readonly string[],
  end: "ends" | "leaves",
): AsyncGenerator<string, void, void> {
  const { calls } = host.world;
  const start = calls.length;
  let sent = 0;
  for (const piece of pieces) {
    yield piece;
    sent += piece.length;
    await eventually(() => calls.slice(start).includes(`read ${sent}`), 30_000, `the handler reads ${sent} bytes`);
  }
  if (end === "leaves") throw new Error("The client goes away");
}

/** Sends pieces and never ends the body. */
async function* unended(...pieces: readonly string[]): AsyncGenerator<string, void, void> {
  yield* pieces;
  await new Promise(() => {});
}

/** Facts about bodies. */
export const bodyBehaviours: readonly Behaviour[] = [
  behaviour("every kind of body is read, whether or not its length is announced", async (host) => {
    for (const kind of kinds) {
      expectJson(await send(host, kind), kind.answer, kind.status);
      expectJson(await send(host, kind, { chunked: true }), kind.answer, kind.status);
    }
  }),
  behaviour("a text is UTF-8 under each of its labels, and bytes have any", async (host) => {
    for (const kind of kinds)
      for (const charset of ["utf-8", "UTF-8", "utf8", "UTF8", '"utf8"', "us-ascii"])
        expectJson(await send(host, kind, { type: `${kind.type}; charset=${charset}` }), kind.answer, kind.status);
    for (const kind of kinds.slice(0, 2))
      assert.equal((await send(host, kind, { type: `${kind.type}; charset=utf-16` })).status, 415);
  }),
  behaviour("a compressed body of any kind is 415, and none of it is read", async (host) => {
    const encodings = [
      "gzip",
      "GZIP",
      "x-gzip",
      "deflate",
      "br",
      "zstd",
      "compress",
      "gzip, identity",
      "identity, gzip",
      "gzip, br",
    ];
    const { calls } = await host.observe(async () => {
      for (const kind of kinds) {
        for (const encoding of encodings)
          expectProblem(await send(host, kind, { headers: [["content-encoding", encoding]] }), 415, compressed);
        const twice = [["content-encoding", "identity"] as const, ["content-encoding", "gzip"] as const];
        expectProblem(await send(host, kind, { headers: twice }), 415, compressed);
      }
    });
    assert.deepEqual(
      calls.filter((call) => call.startsWith("read") || call === "commit"),
      [],
    );
    for (const kind of kinds) assert.ok((await send(host, kind, { headers: [["content-encoding", "identity"]] })).status < 300);
  }),
  behaviour("a bomb is never unpacked: as gzip it is 415, and otherwise it is the bytes that came", async (host) => {
    // Both unpack to many times the largest body that is read.
    const bombs = [
      ["gzip", gzipSync(Buffer.alloc(512 * 1024))],
      ["br", brotliCompressSync(Buffer.alloc(8 * 2 ** 20))],
    ] as const;
    for (const [encoding, body] of bombs) {
      assert.ok(body.length < maxBodyBytes, `${encoding}: ${body.length}`);
      const { calls } = await host.observe(async () => {
        for (const { path, type } of kinds) {
          const headers = [["content-type", type] as const, ["content-encoding", encoding] as const];
          for (const chunked of [false, true])
            expectProblem(await host.askAs(good, "POST", path, { headers, body, chunked }), 415, compressed);
        }
      });
      assert.deepEqual(
        calls.filter((call) => call.startsWith("read") || call === "commit"),
        [],
      );
      const ask = (path: string, type: string) => host.askAs(good, "POST", path, { headers: [["content-type", type]], body });
      for (const path of ["/upload", "/pieces"]) expectJson(await ask(path, "application/octet-stream"), { bytes: body.length });
      assert.equal((await ask("/notes", "application/json")).status, 400);
    }
  }),
  behaviour("pieces reach the handler while the client still sends", async (host) => {
    const { calls } = await host.observe(async () => {
      const pieces = readOneByOne(host, ["abc", "de", "f"], "ends");
      expectJson(await host.askAs(good, "POST", "/pieces", { pieces }), { bytes: 6 });
    });
    assert.deepEqual(calls, ["open", "verify", "read 3", "read 5", "read 6", "commit"]);
  }),
  behaviour("a handler that leaves the rest of a body unread is answered at once", async (host) => {
    const { calls } = await host.observe(async () => {
      expectJson(await host.askAs(good, "POST", "/pieces/first", { pieces: unended("abc") }), { first: 3 });
      expectJson(await host.askAs(good, "POST", "/pieces/none", { pieces: unended("abc") }), { read: "nothing" });
      expectJson(await host.askAs(good, "POST", "/pieces/none", { announced: maxStreamBytes }), { read: "nothing" });
    });
    assert.deepEqual(calls, ["open", "verify", "read 3", "commit", "open", "verify", "commit", "open", "verify", "commit"]);
  }),
  behaviour("a body that announces too much is 413 before its handler runs", async (host) => {
    const { calls, handled } = await host.observe(async () => {
      expectProblem(await host.askAs(good, "POST", "/pieces", { announced: maxStreamBytes + 1 }), 413, tooLarge);
    });
    assert.deepEqual([calls, handled], [["open", "verify", "rollback Problem"], []]);
  }),
  behaviour("a body that turns out too large is 413 in the middle of its handler, and everything rolls back", async (host) => {
    const half = "a".repeat(maxStreamBytes / 2);
    const { calls, handled, errors, events } = await host.observe(async () => {
      expectProblem(await host.askAs(good, "POST", "/pieces", { pieces: unended(half, half, "a") }), 413, tooLarge);
    });
    assert.ok(calls.includes("rollback Problem") && !calls.includes("commit"), calls.join());
    assert.deepEqual([handled, errors, events], [["POST /pieces"], [], []]);
    expectJson(await host.askAs(good, "POST", "/pieces", { body: `${half}${half}`, chunked: true }), { bytes: maxStreamBytes });
  }),
  behaviour("a client that goes away while its body is read rolls back, and is not an error of the application", async (host) => {
    const { calls, errors, events } = await host.observe(async () => {
      const pieces = readOneByOne(host, ["abc", "de"], "leaves");
      await assert.rejects(host.askAs(good, "POST", "/pieces", { pieces }));
      const { calls } = host.world;
      await eventually(() => calls.at(-1)?.startsWith("rollback") === true, 30_000, "the resource rolls back");
      // Whatever is reported about it has been reported once another request has been answered.
      expectJson(await host.ask("GET", "/health"), { ok: true });
    });
    assert.deepEqual([calls, errors, events], [["open", "verify", "read 3", "read 5", "rollback Problem"], [], []]);
  }),
  behaviour("a body in pieces says what it is, if only some types are taken", async (host) => {
    const typed = { code: "unsupported_media_type", detail: "The body must be image/png." };
    const untyped = { ...typed, detail: "The body must say that it is image/png (Content-Type)." };
    const ask = (headers: Headers) => host.askAs(good, "POST", "/pieces/image", { headers, body: "abc" });
    expectProblem(await ask([["content-type", "image/gif"]]), 415, typed);
    expectProblem(await ask([]), 415, untyped);
    expectJson(await ask([["content-type", "image/png"]]), { bytes: 3 });
  }),
  behaviour("no piece is asked for without a credential", async (host) => {
    const { calls } = await host.observe(async () => {
      assert.equal((await host.ask("POST", "/pieces", { pieces: unended("abc") })).status, 401);
    });
    assert.deepEqual(calls, []);
  }),
];
