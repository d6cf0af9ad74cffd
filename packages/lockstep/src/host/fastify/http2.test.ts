import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { connect as connectSocket } from "node:net";
import { after, before, describe, test } from "node:test";
import { fastify } from "fastify";
import { header } from "../../input/header.ts";
import { bodyStream } from "../../input/body-stream.ts";
import { rawBody } from "../../input/raw-body.ts";
import { createApi } from "../../api/api.ts";
import { get, post } from "../../route/route.ts";
import { text } from "../../route/text.ts";
import { stream } from "../../outcome/stream.ts";
import { apiKeyHeader } from "../../scheme/api-key-header.ts";
import { apiKeyCookie } from "../../scheme/api-key-cookie.ts";
import { authenticate } from "../../access/authenticate.ts";
import { anyText, plainSchema } from "../../testing/plain-schema.ts";
import { body } from "../../input/body.ts";
import { lockstep } from "./index.ts";
import { unchecked } from "../../route/unchecked.ts";
import { nothing } from "../../input/nothing.ts";

const maxBodyBytes = 100_000;
const handled: string[] = [];
let entered = Promise.withResolvers<void>();
let left = Promise.withResolvers<void>();
const full = Promise.withResolvers<void>();

/** More than the window of a stream, again and again. Says when the first pieces are taken, and when nobody wants more. */
async function* endless(): AsyncGenerator<string, void, void> {
  try {
    for (;;) {
      yield "a".repeat(100_000);
      setImmediate(() => full.resolve());
    }
  } finally {
    left.resolve();
  }
}

const maybeNote = plainSchema<{ readonly text: string } | undefined>(
  { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  { optional: true },
);
const user = authenticate({ sid: apiKeyCookie({ name: "sid" }) }, ({ sid }) => ({ id: sid.reveal() }));
/** A guard, which runs before the body is read. */
const begun = authenticate({ sid: apiKeyHeader({ name: "x-key" }) }, () => {
  entered.resolve();
  return { id: "any" };
});

const api = createApi({
  title: "HTTP/2",
  version: "1",
  audit: () => {},
  onError: () => {},
  limits: { maxBodyBytes },
  routes: [
    post(
      "/bytes",
      { public: "a test", deps: { raw: rawBody({ identifies: nothing("a test") }) }, response: unchecked("a test") },
      ({ raw }) => (handled.push("bytes"), { bytes: raw.length }),
    ),
    post(
      "/waits",
      { deps: { begun, raw: rawBody({ identifies: nothing("a test") }) }, response: unchecked("a test") },
      ({ raw }) => (handled.push("waits"), { n: raw.length }),
    ),
    post(
      "/pieces",
      { public: "a test", deps: { pieces: bodyStream({ identifies: nothing("a test") }) }, response: unchecked("a test") },
      async ({ pieces }) => {
        let bytes = 0;
        for await (const piece of pieces) {
          bytes += piece.length;
          entered.resolve();
        }
        handled.push("pieces");
        return { bytes };
      },
    ),
    post("/maybe", { public: "a test", deps: { note: body(maybeNote) }, response: unchecked("a test") }, ({ note }) => ({
      came: note !== undefined,
    })),
    get("/host", { public: "a test", deps: { host: header("Host", anyText) }, response: unchecked("a test") }, ({ host }) => ({
      host,
    })),
    get("/me", { deps: { user }, response: unchecked("a test") }, ({ user }) => user),
    get("/endless", { public: "a test", response: text("text/plain") }, () => stream(endless(), { type: "text/plain" })),
    get("/broken", { public: "a test", response: text("text/plain") }, () => stream(broken(), { type: "text/plain" })),
  ],
});

async function* broken(): AsyncGenerator<string, void, void> {
  yield "a";
  throw new TypeError("canary");
}

const app = fastify({ http2: true });
let url = "";
let session: ClientHttp2Session;
before(async () => {
  await app.register(lockstep(api));
  url = await app.listen({ host: "127.0.0.1", port: 0 });
  session = connect(url);
});
after(async () => {
  session.close();
  await app.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code: number;
}

async function read(request: ClientHttp2Stream): Promise<Answer> {
  let status = 0;
  let text = "";
  request.on("response", (head) => (status = Number(head[":status"])));
  request.on("data", (part) => (text += String(part)));
  request.on("error", () => {});
  await new Promise((resolve) => request.once("close", resolve));
  return { status, text, code: request.rstCode };
}

interface AskOptions {
  readonly body?: string;
  readonly headers?: object;
  readonly method?: string;
}

/** Sends a request; a body without `content-length`. */
function ask(path: string, options: AskOptions = {}, on: ClientHttp2Session = session): Promise<Answer> {
  const { body, headers, method = body === undefined ? "GET" : "POST" } = options;
  const request = on.request({ ":method": method, ":path": path, ...headers }, { endStream: body === undefined });
  if (body !== undefined) request.end(body);
  return read(request);
}

/** RST_STREAM with CANCEL (RFC 9113 §6.4). */
function resetFrame(id: number): Buffer {
  const frame = Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 8]);
  frame.writeUInt32BE(id, 5);
  return frame;
}

const json = { "content-type": "application/json" };

describe("a body on HTTP/2", () => {
  test("is read whether or not its length is announced (RFC 9113 §8.1.1)", async () => {
    assert.equal((await ask("/bytes", { body: "abcdef" })).text, '{"bytes":6}');
    assert.equal((await ask("/bytes", { body: "abcdef", headers: { "content-length": "6" } })).text, '{"bytes":6}');
    assert.equal((await ask("/maybe", { body: '{"text":"a"}', headers: json })).text, '{"came":true}');
  });

  test("is empty if the header ends the stream, or an empty frame does", async () => {
    assert.equal((await ask("/bytes", { method: "POST" })).text, '{"bytes":0}');
    assert.equal((await ask("/bytes", { body: "" })).text, '{"bytes":0}');
    assert.equal((await ask("/maybe", { method: "POST" })).text, '{"came":false}');
  });

  test("that is too large is 413, and the streams beside it go on, many times over", async () => {
    const large = "a".repeat(maxBodyBytes + 1);
    for (let turn = 0; turn < 20; turn += 1) assert.equal((await ask("/bytes", { body: large })).status, 413);
    assert.equal((await ask("/bytes", { body: "a".repeat(maxBodyBytes) })).text, `{"bytes":${maxBodyBytes}}`);
  });

  test("that a route does not read is not waited for", async () => {
    const request = session.request({ ":method": "POST", ":path": "/nope" }, { endStream: false });
    request.write("a");
    const { status, code } = await read(request);
    assert.deepEqual([status, code], [404, constants.NGHTTP2_NO_ERROR]);
  });

  test("that is reset halfway reaches no handler, though it has arrived as far as it came", async () => {
    for (const end of ["the stream", "the connection"]) {
      entered = Promise.withResolvers();
      const before = handled.length;
      const accepted = once(app.server, "session");
      const socket = connectSocket(Number(new URL(url).port), "127.0.0.1");
      const own = connect(url, { createConnection: () => socket });
      own.on("error", () => {});
      const request = own.request({ ":method": "POST", ":path": "/waits", "x-key": "any" }, { endStream: false });
      request.on("error", () => {});
      request.write("abc");
      await entered.promise;
      const [served] = await accepted;
      if (end === "the stream") {
        // Node.js as a client would end the body first.
        socket.write(resetFrame(request.id ?? 0));
        // Frames are read in order.
        assert.equal((await ask("/bytes", { body: "a" }, own)).status, 200);
      }
      const gone = once(served, "close");
      socket.destroy();
      await gone;
      assert.equal((await ask("/bytes", { body: "a" })).status, 200);
      assert.deepEqual(handled.slice(before), end === "the stream" ? ["bytes", "bytes"] : ["bytes"], end);
    }
  });

  test("that is reset while it is read in pieces does not look whole", async () => {
    entered = Promise.withResolvers();
    const before = handled.length;
    const socket = connectSocket(Number(new URL(url).port), "127.0.0.1");
    const own = connect(url, { createConnection: () => socket });
    const request = own.request({ ":method": "POST", ":path": "/pieces" }, { endStream: false });
    request.on("error", () => {});
    request.write("abc");
    await entered.promise;
    socket.write(resetFrame(request.id ?? 0));
    assert.equal((await ask("/pieces", { body: "ab" }, own)).text, '{"bytes":2}');
    assert.deepEqual(handled.slice(before), ["pieces"]);
    own.destroy();
  });

  test("that is shorter than its length says reaches no handler (RFC 9113 §8.1.1)", async () => {
    const before = handled.length;
    assert.notEqual((await ask("/bytes", { body: "abc", headers: { "content-length": "6" } })).status, 200);
    assert.deepEqual(handled.slice(before), []);
  });

  test("is invited only by the application's server: with `Expect: 100-continue` it is read (RFC 9110 §10.1.1)", async () => {
    const request = session.request({ ":method": "POST", ":path": "/bytes", expect: "100-continue" }, { endStream: false });
    const answer = read(request);
    await once(request, "continue");
    request.end("abc");
    assert.deepEqual(await answer, { status: 200, text: '{"bytes":3}', code: constants.NGHTTP2_NO_ERROR });
  });
});

describe("a header on HTTP/2", () => {
  test("Host is what :authority says (RFC 9113 §8.3.1)", async () => {
    const authority = { ":authority": "api.test" };
    assert.equal((await ask("/host", { headers: authority })).text, '{"host":"api.test"}');
    assert.equal((await ask("/host", { headers: { ...authority, host: "api.test" } })).text, '{"host":"api.test"}');
  });

  test("a Host that differs from :authority is 400", async () => {
    assert.equal((await ask("/host", { headers: { ":authority": "api.test", host: "evil.test" } })).status, 400);
  });

  test("a cookie in a field of its own is one cookie among others (RFC 9113 §8.2.3)", async () => {
    assert.equal((await ask("/me", { headers: { cookie: ["a=b", "sid=alice", "c=d"] } })).text, '{"id":"alice"}');
    assert.equal((await ask("/me", { headers: { cookie: ["sid=alice", "sid=bob"] } })).status, 400);
  });
});

test("a stream that fails is reset with an error: the client does not take the first pieces for the whole (RFC 9113 §8.1)", async () => {
  const { status, text, code } = await ask("/broken");
  assert.deepEqual([status, text, code], [200, "a", constants.NGHTTP2_INTERNAL_ERROR]);
});

test("a client that resets a stream with NO_ERROR while its window is full ends the pieces", async () => {
  left = Promise.withResolvers();
  const client = connect(url);
  const request = client.request({ ":path": "/endless" });
  // Without a reader the window fills, and the server waits for it.
  request.pause();
  await once(request, "response");
  await full.promise;
  request.close(constants.NGHTTP2_NO_ERROR);
  await left.promise;
  client.destroy();
});

test("a server that closes answers the streams in flight", async () => {
  const own = fastify({ http2: true });
  await own.register(lockstep(api));
  const client = connect(await own.listen({ host: "127.0.0.1", port: 0 }));
  entered = Promise.withResolvers();
  const request = client.request({ ":method": "POST", ":path": "/waits", "x-key": "any" }, { endStream: false });
  const answer = read(request);
  await entered.promise;
  const closed = own.close();
  request.end("abc");
  assert.equal((await answer).text, '{"n":3}');
  client.close();
  await closed;
});
