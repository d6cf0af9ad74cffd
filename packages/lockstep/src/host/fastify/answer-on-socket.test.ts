import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { rawBody } from "../../input/raw-body.ts";
import { createApi } from "../../api/api.ts";
import { get, post } from "../../route/route.ts";
import { text as textOf } from "../../route/text.ts";
import { stream } from "../../outcome/stream.ts";
import { rawRequest } from "../raw-socket.fixture.ts";
import { fastifyServer } from "./index.ts";
import { unchecked } from "../../route/unchecked.ts";
import { nothing } from "../../input/nothing.ts";

const garbage = "BROKEN\r\n\r\n";
let entered = Promise.withResolvers<void>();
let released = Promise.withResolvers<void>();
let broken = Promise.withResolvers<void>();

const server = fastifyServer(
  createApi({
    title: "Busy",
    version: "1",
    audit: () => {},
    routes: [
      get("/slow", { public: "a test", response: unchecked("a test") }, async () => {
        entered.resolve();
        await released.promise;
        return { slow: true };
      }),
      get("/quick", { public: "a test", response: unchecked("a test") }, () => ({ quick: true })),
      get("/stream", { public: "a test", response: textOf("text/plain") }, () => stream(pieces(), { type: "text/plain" })),
      post(
        "/body",
        { public: "a test", deps: { raw: rawBody({ identifies: nothing("a test") }) }, response: unchecked("a test") },
        ({ raw }) => ({
          bytes: raw.length,
        }),
      ),
    ],
  }),
);

async function* pieces(): AsyncGenerator<string, void, void> {
  yield "first";
  await released.promise;
  yield "last";
}

let port = 0;
before(async () => {
  // Before the server's own listener answers.
  server.server.prependListener("clientError", () => broken.resolve());
  port = Number(new URL(await server.listen({ host: "127.0.0.1", port: 0 })).port);
});
after(() => server.close());
beforeEach(() => {
  entered = Promise.withResolvers();
  released = Promise.withResolvers();
  broken = Promise.withResolvers();
});

/** A connection, all that came on it until it was closed, and a wait for a text among it. */
function conversation(): { socket: Socket; everything: Promise<string>; until(text: string): Promise<void> } {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("utf8");
  const everything = new Promise<string>((resolve) => socket.once("close", () => resolve(received)));
  socket.on("error", () => {});
  socket.on("data", (text: string) => (received += text));
  const until = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (received.includes(text) && resolve());
      socket.on("data", look);
      look();
    });
  return { socket, everything, until };
}

const statusLines = (text: string): readonly string[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);

describe("bytes that are not HTTP", () => {
  test("is 400 on an idle connection, and after an answer", async () => {
    const idle = conversation();
    idle.socket.write(garbage);
    const text = await idle.everything;
    assert.deepEqual(statusLines(text), ["400"]);
    assert.match(text, /content-type: application\/problem\+json/);
    const served = conversation();
    served.socket.write(rawRequest("GET /quick"));
    await served.until('{"quick":true}');
    served.socket.write(garbage);
    assert.deepEqual(statusLines(await served.everything), ["200", "400"]);
  });

  test("does not overtake the answer to the request before it: that one is sent whole, and the connection closes", async () => {
    const { socket, everything } = conversation();
    socket.write(rawRequest("GET /slow"));
    await entered.promise;
    socket.write(garbage);
    await broken.promise;
    released.resolve();
    const text = await everything;
    assert.deepEqual(statusLines(text), ["200"]);
    assert.ok(text.endsWith('{"slow":true}'), text);
  });

  test("behind two requests in one piece lets both be answered", async () => {
    const { socket, everything } = conversation();
    socket.write(`${rawRequest("GET /slow")}${rawRequest("GET /quick")}${garbage}`);
    await broken.promise;
    released.resolve();
    const text = await everything;
    assert.deepEqual(statusLines(text), ["200", "200"]);
    assert.ok(text.endsWith('{"quick":true}'), text);
  });

  test("are not answered inside a body that is being sent, however often they come", async () => {
    const { socket, everything, until } = conversation();
    socket.write(rawRequest("GET /stream"));
    await until("first");
    socket.write(garbage);
    await broken.promise;
    broken = Promise.withResolvers();
    socket.write(garbage);
    await broken.promise;
    released.resolve();
    const text = await everything;
    assert.deepEqual(statusLines(text), ["200"]);
    assert.ok(text.endsWith("\r\n5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n"), text);
  });

  test("in the body of a request is the answer to that request", async () => {
    const { socket, everything } = conversation();
    socket.write(rawRequest("POST /body", ["Transfer-Encoding: chunked"], "3\r\nabc\r\nzz\r\n"));
    assert.deepEqual(statusLines(await everything), ["400"]);
  });

  test("in the body of a second request waits for the answer to the first", async () => {
    const { socket, everything } = conversation();
    socket.write(rawRequest("GET /slow"));
    await entered.promise;
    socket.write(rawRequest("POST /body", ["Transfer-Encoding: chunked"], "3\r\nabc\r\nzz\r\n"));
    await broken.promise;
    released.resolve();
    assert.deepEqual(statusLines(await everything), ["200"]);
  });
});
