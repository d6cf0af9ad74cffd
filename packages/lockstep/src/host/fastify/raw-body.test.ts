import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually } from "../../testing/eventually.ts";
import { maxBodyBytes } from "../../testing/suite-api.ts";
import { tokenOf } from "../../testing/world.ts";
import { type RawAnswer, RawConnection, rawRequest } from "../raw-socket.fixture.ts";
import { checkRaw, type Served, served } from "./served.fixture.ts";

const server = served();
const hasty = served({ headersTimeoutMs: 300, requestTimeoutMs: 600 });
const good = `Authorization: Bearer ${tokenOf("alice")}`;
const json = "Content-Type: application/json";
const note = '{"text":"a"}';
const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

/** Opens a connection for the time of a test. */
async function connected<T>(use: (connection: RawConnection) => Promise<T>, to: Served = server): Promise<T> {
  const connection = await RawConnection.open(to.url);
  try {
    return await use(connection);
  } finally {
    connection.destroy();
  }
}

async function answered(connection: RawConnection): Promise<RawAnswer> {
  const answer = await connection.next();
  assert.ok(answer !== undefined, "the server answered");
  checkRaw(answer);
  return answer;
}

describe("bodies over a bare socket", () => {
  test("a body is read by length and by chunks, and the connection serves on", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /notes", [good, json, `Content-Length: ${note.length}`], note));
      assert.equal((await answered(connection)).status, 201);
      connection.send(rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked"], chunked(note)));
      assert.equal((await answered(connection)).status, 201);
      connection.send(rawRequest("GET /me", [good]));
      assert.equal((await answered(connection)).status, 200);
    }));

  test("100 MiB announced without a credential: 401 before a byte is read, and the connection is closed (D-06)", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /notes", [json, "Content-Length: 104857600"]));
      assert.deepEqual(await statusAndConnection(connection), [401, "close"]);
      assert.ok(await connection.closes());
    }));

  test("chunks without end and without a credential: 401, and the connection is closed (D-06)", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /notes", [json, "Transfer-Encoding: chunked"], "5\r\nhello\r\n"));
      assert.deepEqual(await statusAndConnection(connection), [401, "close"]);
      assert.ok(await connection.closes());
    }));

  test("more than the limit is 413 with and without a length, and the connection is closed (D-06)", async () => {
    await connected(async (connection) => {
      connection.send(rawRequest("POST /upload", [good, `Content-Length: ${maxBodyBytes + 1}`]));
      assert.deepEqual(await statusAndConnection(connection), [413, "close"]);
      assert.ok(await connection.closes());
    });
    await connected(async (connection) => {
      connection.send(
        rawRequest(
          "POST /upload",
          [good, "Transfer-Encoding: chunked"],
          `${(maxBodyBytes + 1).toString(16)}\r\n${"a".repeat(maxBodyBytes + 1)}\r\n`,
        ),
      );
      assert.deepEqual(await statusAndConnection(connection), [413, "close"]);
      assert.ok(await connection.closes());
    });
    await connected(async (connection) => {
      connection.send(rawRequest("POST /upload", [good, "Transfer-Encoding: chunked"], chunked("a".repeat(maxBodyBytes))));
      assert.equal((await answered(connection)).body, `{"bytes":${maxBodyBytes}}`);
    });
  });

  test("a flood behind the limit is not read: the server takes a bounded part of it and cuts it off", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /upload", [good, "Transfer-Encoding: chunked"]));
      const piece = `10000\r\n${"a".repeat(65_536)}\r\n`;
      for (let sent = 0; sent < 64; sent += 1) connection.send(piece);
      const answer = await connection.next();
      assert.ok(answer === undefined || answer.status === 413);
      assert.ok(await connection.closes());
    }));

  test("a client that goes away in the middle of a body leaves nothing open and is not an error of ours", async () => {
    const { calls, events, errors } = server.world;
    const before = [calls.length, events.length, errors.length] as const;
    await connected(async (connection) => {
      connection.send(rawRequest("POST /notes", [good, json, "Content-Length: 100"], "{"));
      await eventually(() => calls.length === before[0] + 2, 30_000, "the guards have run");
    });
    await eventually(() => calls.length === before[0] + 3, 30_000, "the resource closes");
    // Whatever is reported after that has been reported once another request has been answered.
    assert.equal((await server.ask(rawRequest("GET /health", ["Connection: close"]))).status, 200);
    assert.deepEqual(calls.slice(before[0]), ["open", "verify", "rollback Problem"]);
    assert.deepEqual([events.length, errors.length], before.slice(1));
  });

  test("a body on a route that reads none is answered, and the connection closed", () =>
    connected(async (connection) => {
      connection.send(rawRequest("GET /me", [good, "Content-Length: 5"], "hello"));
      assert.deepEqual(await statusAndConnection(connection), [200, "close"]);
    }));

  test("a body of a strange type on 404 and 405 is judged by nobody", async () => {
    for (const [method, path, status] of [
      ["POST", "/nope", 404],
      ["PUT", "/me", 405],
    ] as const) {
      await connected(async (connection) => {
        connection.send(rawRequest(`${method} ${path}`, [good, "Content-Type: nonsense", "Content-Length: 5"], "hello"));
        assert.deepEqual(await statusAndConnection(connection), [status, "close"]);
      });
    }
  });

  test("a media type that Fastify cannot read leaves no resource open", () =>
    connected(async (connection) => {
      const { calls } = server.world;
      const before = calls.length;
      connection.send(
        rawRequest("POST /notes", [good, "Content-Type: application/json\ta", `Content-Length: ${note.length}`], note),
      );
      assert.equal((await answered(connection)).status, 415);
      assert.deepEqual(calls.slice(before), ["open", "verify", "rollback Problem"]);
    }));
});

describe("Expect: 100-continue (D-18)", () => {
  const expecting = ["Expect: 100-continue", json, `Content-Length: ${note.length}`];

  test("without a credential there is 401 and no invitation", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /notes", expecting));
      assert.deepEqual(await statusAndConnection(connection), [401, "close"]);
      assert.ok(await connection.closes());
    }));

  test("with a good one there is 100, then the answer", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /notes", [good, ...expecting]));
      assert.equal((await answered(connection)).status, 100);
      connection.send(note);
      assert.equal((await answered(connection)).status, 201);
    }));

  test("a body that is refused for its size or type is not invited either", async () => {
    for (const [lines, status] of [
      [["Content-Length: 104857600", json], 413],
      [["Content-Length: 5", "Content-Type: text/plain"], 415],
    ] as const) {
      await connected(async (connection) => {
        connection.send(rawRequest("POST /notes", [good, "Expect: 100-continue", ...lines]));
        assert.deepEqual(await statusAndConnection(connection), [status, "close"]);
      });
    }
  });

  test("another expectation changes nothing", () =>
    connected(async (connection) => {
      connection.send(rawRequest("GET /me", ["Expect: miracle"]));
      assert.equal((await answered(connection)).status, 401);
      connection.send(rawRequest("GET /me", [good, "Expect: miracle"]));
      assert.equal((await answered(connection)).status, 200);
    }));
});

describe("requests that two servers read differently (D-16)", () => {
  const both = `${note.length.toString(16)}\r\n${note}\r\n0\r\n\r\n`;
  const shapes: readonly (readonly [name: string, request: string])[] = [
    [
      "a length and chunks",
      rawRequest("POST /notes", [good, json, `Content-Length: ${note.length}`, "Transfer-Encoding: chunked"], both),
    ],
    ["chunks and a length", rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked", "Content-Length: 0"], both)],
    ["two lengths", rawRequest("POST /notes", [good, json, `Content-Length: ${note.length}`, "Content-Length: 0"], note)],
    [
      "two equal lengths",
      rawRequest("POST /notes", [good, json, `Content-Length: ${note.length}`, `Content-Length: ${note.length}`], note),
    ],
    ["a list of lengths", rawRequest("POST /notes", [good, json, `Content-Length: ${note.length}, ${note.length}`], note)],
    ["a signed length", rawRequest("POST /notes", [good, json, `Content-Length: +${note.length}`], note)],
    ["a hexadecimal length", rawRequest("POST /notes", [good, json, "Content-Length: 0xc"], note)],
    ["a negative length", rawRequest("POST /notes", [good, json, "Content-Length: -1"], note)],
    ["xchunked", rawRequest("POST /notes", [good, json, "Transfer-Encoding: xchunked"], both)],
    ["chunked, identity", rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked, identity"], both)],
    ["two encodings", rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked", "Transfer-Encoding: x"], both)],
    ["a folded header", rawRequest("GET /me", ["X: a", " folded", good])],
    ["a space before the colon", rawRequest("POST /notes", [good, json, `Content-Length : ${note.length}`], note)],
    ["a header without a name", rawRequest("GET /me", [": x", good])],
    ["a bare LF", `GET /me HTTP/1.1\nHost: api.test\n${good}\n\n`],
    ["a bare LF between headers", `GET /me HTTP/1.1\r\nHost: api.test\r\nX: a\n${good}\r\n\r\n`],
    ["a bare CR", `GET /me HTTP/1.1\r\nHost: api.test\r\nX: a\r${good}\r\n\r\n`],
    [
      "a chunk size that is none",
      rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked"], `zz\r\n${note}\r\n0\r\n\r\n`),
    ],
    [
      "a chunk longer than it says",
      rawRequest("POST /notes", [good, json, "Transfer-Encoding: chunked"], `3\r\n${note}\r\n0\r\n\r\n`),
    ],
    ["HTTP/2 in clear text", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01"],
  ];
  test("an older HTTP has the same guards", async () => {
    for (const start of ["GET /me", "GET /me HTTP/1.0"]) assert.equal((await server.ask(`${start}\r\n\r\n`)).status, 401);
    assert.equal((await server.ask(`GET /me HTTP/1.0\r\n${good}\r\n\r\n`)).status, 200);
  });

  for (const [name, request] of shapes) {
    test(`${name}: 400, and the connection is closed`, () =>
      connected(async (connection) => {
        const { handled } = server.world;
        const before = handled.length;
        connection.send(`${request}${rawRequest("GET /me", [good])}`);
        const answer = await answered(connection);
        assert.equal(answer.status, 400, answer.body);
        assert.ok(await connection.closes(), "no second request is read");
        assert.deepEqual(handled.slice(before), []);
      }));
  }
});

describe("senders that take their time (D-14)", () => {
  test("a header that does not end is cut off, and others are served meanwhile", async () => {
    await connected(async (connection) => {
      connection.send("GET /me HTTP/1.1\r\nHost: api.test\r\n");
      // For as long as the server listens: more lines do not buy more time.
      const drip = setInterval(() => connection.send("X: y\r\n"), 50);
      try {
        assert.equal((await answered(connection)).status, 408);
        assert.ok(await connection.closes());
      } finally {
        clearInterval(drip);
      }
    }, hasty);
    const accepted = server.accepts();
    await connected(async (connection) => {
      connection.send("GET /me HTTP/1.1\r\nHost: api.test\r\n");
      const socket = await accepted;
      await eventually(() => socket.bytesRead > 0, 30_000, "the server has begun to read the header");
      assert.equal((await server.ask(rawRequest("GET /me", [good, "Connection: close"]))).status, 200);
      connection.send(`${good}\r\n\r\n`);
      assert.equal((await answered(connection)).status, 200);
    });
  });

  test("a body that does not end is cut off", () =>
    connected(async (connection) => {
      connection.send(rawRequest("POST /notes", [good, json, "Content-Length: 100"], "{"));
      assert.ok(await connection.closes());
    }, hasty));

  test("a whole request in one piece is served under the same limits", async () => {
    const request = rawRequest("POST /notes", [good, json, `Content-Length: ${note.length}`], note);
    // A machine that halts for longer than the limit has not sent it in time: it is sent again.
    await eventually(async () => (await hasty.ask(request)).status === 201, 30_000, "it is served");
  });
});

async function statusAndConnection(connection: RawConnection): Promise<[number, string | undefined]> {
  const answer = await answered(connection);
  return [answer.status, answer.headers["connection"]];
}
