/** Files, asked for as browsers and download managers do (RFC 9110 §13 and §14). */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createApi } from "../api/api.ts";
import { authenticate } from "../access/authenticate.ts";
import { resource } from "../dependency/resource.ts";
import { reply } from "../outcome/reply.ts";
import { notFound } from "../problem/problem.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { file, type FileBody, type FileInPieces } from "./file.ts";
import { get, post, type Route } from "./route.ts";

const open = { public: "a test" } as const;
const changed = new Date("2026-01-02T03:04:05.678Z");
const now = Date.UTC(2026, 5, 1);
const letters = new TextEncoder().encode("abcdefghij");
const text = { type: "text/plain", etag: "v1", modifiedAt: changed } as const;

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks the one route of an API. */
async function ask(route: Route, { method = route.method, headers = {} }: Asked = {}) {
  const errors: string[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    clock: () => now,
    onError: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
    routes: [route],
  });
  const response = await api.fetch(new Request(`http://x${route.template}`, { method, headers }));
  const body = await response.text().catch(() => "broken off");
  return { status: response.status, body, errors, header: (name: string) => response.headers.get(name), all: response.headers };
}

const getting = (body: FileBody): Route => get("/file", { ...open, response: file("text/plain") }, () => body);

/** The file in memory, and in pieces of three bytes; and which parts were opened. */
const opened: string[] = [];
const inPieces: FileInPieces = {
  ...text,
  size: letters.length,
  open: async ({ start, end }) => {
    opened.push(`${start}-${end}`);
    await Promise.resolve();
    return (function* () {
      for (let at = start; at <= end; at += 3) yield letters.subarray(at, Math.min(at + 3, end + 1));
    })();
  },
};
const kinds: Readonly<Record<string, FileBody>> = { "in memory": { ...text, bytes: letters }, "in pieces": inPieces };

for (const [kind, body] of Object.entries(kinds)) {
  describe(`a file ${kind}`, () => {
    test("is sent whole, with its version", async () => {
      const { status, body: sent, header } = await ask(getting(body));
      assert.deepEqual([status, sent], [200, "abcdefghij"]);
      assert.deepEqual(
        ["content-type", "etag", "last-modified", "accept-ranges", "content-disposition", "content-range"].map(header),
        ["text/plain", '"v1"', "Fri, 02 Jan 2026 03:04:05 GMT", "bytes", null, null],
      );
    });

    test("HEAD has the headers and opens nothing", async () => {
      opened.length = 0;
      const { status, body: sent, header } = await ask(getting(body), { method: "HEAD", headers: { range: "bytes=0-1" } });
      assert.deepEqual([status, sent, header("etag"), header("content-type")], [200, "", '"v1"', "text/plain"]);
      assert.deepEqual(opened, []);
    });

    test("a part is 206 with its place, and only that part is opened", async () => {
      for (const [range, part, place] of [
        ["bytes=2-4", "cde", "bytes 2-4/10"],
        ["bytes=-3", "hij", "bytes 7-9/10"],
        ["bytes=8-", "ij", "bytes 8-9/10"],
        ["bytes=0-0", "a", "bytes 0-0/10"],
        ["bytes=5-500", "fghij", "bytes 5-9/10"],
      ] as const) {
        opened.length = 0;
        const answer = await ask(getting(body), { headers: { range } });
        assert.deepEqual([answer.status, answer.body, answer.header("content-range")], [206, part, place]);
        assert.deepEqual([answer.header("etag"), answer.header("accept-ranges")], ['"v1"', "bytes"]);
        if (kind === "in pieces") assert.deepEqual(opened, [/bytes (.*)\//.exec(place)?.[1]]);
      }
    });

    test("several parts and what is not a range are answered with the whole", async () => {
      for (const range of ["bytes=0-1,3-4", "lines=1-2", "bytes=4-2", "bytes=x"]) {
        const answer = await ask(getting(body), { headers: { range } });
        assert.deepEqual([answer.status, answer.body], [200, "abcdefghij"], range);
      }
    });

    test("a part that is not there is 416 with the size", async () => {
      const { status, body: problem, header } = await ask(getting(body), { headers: { range: "bytes=10-" } });
      assert.deepEqual([status, header("content-range")], [416, "bytes */10"]);
      assert.match(problem, /"code":"range_not_satisfiable"/);
    });

    test("a client that has this version is answered with 304, without content and with nothing opened", async () => {
      for (const headers of [
        { "if-none-match": '"v1"' },
        { "if-none-match": 'W/"v1"' },
        { "if-none-match": '"a", "v1"' },
        { "if-none-match": "*" },
        { "if-modified-since": "Fri, 02 Jan 2026 03:04:05 GMT" },
        { "if-modified-since": "Sat, 03 Jan 2026 03:04:05 GMT" },
        { "if-none-match": '"v1"', "if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT" },
        { "if-none-match": '"v1"', range: "bytes=0-1" },
      ]) {
        for (const method of ["GET", "HEAD"]) {
          opened.length = 0;
          const answer = await ask(getting(body), { method, headers });
          assert.deepEqual([answer.status, answer.body, answer.header("etag")], [304, "", '"v1"'], JSON.stringify(headers));
          for (const name of ["content-type", "content-length", "content-range", "content-disposition"])
            assert.equal(answer.header(name), null, name);
          assert.deepEqual(opened, []);
        }
      }
    });

    test("a client that has another version gets the file", async () => {
      for (const headers of [
        { "if-none-match": '"v2"' },
        { "if-none-match": '"v2", W/"v3"' },
        { "if-none-match": "v1" },
        { "if-none-match": '"v2"', "if-modified-since": "Sat, 03 Jan 2026 03:04:05 GMT" },
        { "if-modified-since": "Fri, 02 Jan 2026 03:04:04 GMT" },
        { "if-modified-since": "yesterday" },
      ]) {
        assert.equal((await ask(getting(body), { headers })).status, 200, JSON.stringify(headers));
      }
    });

    test("If-Range: a part of the same version, the whole of another one", async () => {
      for (const [condition, status] of [
        ['"v1"', 206],
        ["Fri, 02 Jan 2026 03:04:05 GMT", 206],
        ['"v2"', 200],
        ['W/"v1"', 200],
        ["Fri, 02 Jan 2026 03:04:06 GMT", 200],
        ["v1", 200],
      ] as const) {
        const answer = await ask(getting(body), { headers: { range: "bytes=0-1", "if-range": condition } });
        assert.equal(answer.status, status, condition);
      }
    });

    test("If-Match and If-Unmodified-Since: 412 if it is another version", async () => {
      for (const [headers, status] of [
        [{ "if-match": '"v1"' }, 200],
        [{ "if-match": "*" }, 200],
        [{ "if-match": '"v2"' }, 412],
        [{ "if-match": 'W/"v1"' }, 412],
        [{ "if-unmodified-since": "Fri, 02 Jan 2026 03:04:05 GMT" }, 200],
        [{ "if-unmodified-since": "Fri, 02 Jan 2026 03:04:04 GMT" }, 412],
        [{ "if-match": '"v1"', "if-unmodified-since": "Fri, 02 Jan 2026 03:04:04 GMT" }, 200],
        [{ "if-match": '"v2"', range: "bytes=0-1" }, 412],
      ] as const) {
        assert.equal((await ask(getting(body), { headers })).status, status, JSON.stringify(headers));
      }
    });
  });
}

test("bytes alone are a file, too, whose version is a hash of them", async () => {
  const route = (bytes: Uint8Array) => get("/file", { ...open, response: file("image/png") }, () => bytes);
  const first = await ask(route(letters));
  const etag = first.header("etag") ?? "";
  assert.match(etag, /^"[\w-]{24}"$/);
  assert.equal((await ask(route(letters), { headers: { "if-none-match": etag } })).status, 304);
  assert.equal((await ask(route(letters.subarray(1)), { headers: { "if-none-match": etag } })).status, 200);
  assert.equal((await ask(route(letters), { headers: { range: "bytes=0-1" } })).body, "ab");
});

test("an empty file is sent, and has no parts", async () => {
  const never: FileInPieces = { size: 0, open: () => assert.fail("an empty file is not opened") };
  for (const body of [{ bytes: new Uint8Array(0) }, never]) {
    assert.deepEqual([(await ask(getting(body))).status, (await ask(getting(body))).body], [200, ""]);
    assert.equal((await ask(getting(body), { headers: { range: "bytes=0-" } })).status, 416);
  }
});

test("a method that changes something, and another status, ignore what only reading may ask", async () => {
  const headers = { "if-none-match": "*", range: "bytes=0-1" };
  const posted = await ask(
    post("/file", { ...open, response: file("text/plain") }, () => ({ ...text, bytes: letters })),
    { headers },
  );
  assert.deepEqual([posted.status, posted.body, posted.header("accept-ranges")], [200, "abcdefghij", null]);
  const made = await ask(
    get("/file", { ...open, responses: { 203: file("text/plain") } }, () => reply(203, { bytes: letters })),
    { headers },
  );
  assert.deepEqual([made.status, made.body], [203, "abcdefghij"]);
});

test("types that can run are saved, all others are shown, unless the handler says otherwise", async () => {
  const disposition = async (type: string, more: Partial<FileBody> = {}) =>
    (await ask(get("/file", { ...open, response: file(type) }, () => ({ bytes: letters, ...more })))).header("content-disposition");
  for (const type of ["text/html", "image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml", "text/javascript"])
    assert.equal(await disposition(type), "attachment", type);
  for (const type of ["image/png", "application/pdf", "text/plain; charset=utf-8", "application/octet-stream"])
    assert.equal(await disposition(type), null, type);
  assert.equal(await disposition("image/svg+xml", { disposition: "inline" }), null);
  assert.equal(
    await disposition("image/png", { name: "naïve.png" }),
    "inline; filename=\"na_ve.png\"; filename*=UTF-8''na%C3%AFve.png",
  );
  assert.equal(await disposition("text/html", { name: 'a"\r\nx: y/..' }), 'attachment; filename="a___x_ y_"');
});

test("a handler chooses one of several types", async () => {
  const types = file(["image/png", "image/jpeg"]);
  const jpeg = await ask(get("/file", { ...open, response: types }, () => ({ bytes: letters, type: "image/jpeg" })));
  assert.deepEqual([jpeg.status, jpeg.header("content-type")], [200, "image/jpeg"]);
  const wrong = (body: object) => ask(get("/file", { ...open, response: types }, () => body as never));
  assert.match((await wrong({ bytes: letters })).errors.join(), /return \{ type \} with the file/);
  assert.match((await wrong({ bytes: letters, type: "text/html" })).errors.join(), /declare what is sent/);
});

test("a file that changes in the future, or in this second, has no date to compare with", async () => {
  const later = await ask(getting({ bytes: letters, modifiedAt: new Date(now + 60_000) }));
  assert.equal(later.header("last-modified"), null);
  const date = new Date(now).toUTCString();
  const headers = { range: "bytes=0-1", "if-range": date };
  assert.equal((await ask(getting({ bytes: letters, modifiedAt: new Date(now) }), { headers })).status, 200);
});

describe("what a handler returns is checked, and a wrong file is a 500", () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["text", "abc", /return bytes \(a Uint8Array\)/],
    ["an object", { name: "a" }, /return bytes/],
    ["a size below nothing", { size: -1, open: () => [] }, /return bytes/],
    ["a misspelt member", { bytes: letters, dispositon: "inline" }, /correct or remove the option "dispositon"/],
    ["an invalid date", { bytes: letters, modifiedAt: new Date(Number.NaN) }, /set modifiedAt to a valid Date/],
    ["a number as date", { bytes: letters, modifiedAt: 1 }, /set modifiedAt to a valid Date/],
    ["a version that is no tag", { bytes: letters, etag: 'a"b' }, /write the etag as visible characters/],
    ["pieces that are none", { size: 3, open: () => 7 }, /let open\(\) return something iterable/],
    ["a file that cannot be opened", { size: 3, open: () => Promise.reject(new TypeError("gone")) }, /^gone$/],
    [
      "a file whose first piece fails",
      {
        size: 3,
        *open() {
          yield* [];
          throw new TypeError("no such file");
        },
      },
      /^no such file$/,
    ],
  ];
  for (const [name, result, message] of wrong) {
    test(name, async () => {
      const { status, errors } = await ask(getting(result as FileBody));
      assert.equal(status, 500);
      assert.match(errors.join(), message);
    });
  }

  test("a problem that open() throws is the answer", async () => {
    const { status, errors } = await ask(getting({ size: 3, open: () => notFound() }));
    assert.deepEqual([status, errors], [404, []]);
  });

  test("more or fewer bytes than announced break the answer off", async () => {
    for (const [pieces, message] of [
      [["abc"], /7 bytes fewer/],
      [["abcdefghij", "k"], /more bytes/],
      [["abcdefg", 7], /pieces that are Uint8Arrays/],
    ] as const) {
      const bytes = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece));
      const { status, body, errors } = await ask(getting({ size: 10, open: () => bytes as Uint8Array[] }));
      assert.deepEqual([status, body], [200, "broken off"]);
      assert.match(errors.join(), message);
    }
  });
});

test("a private file stays private in each of its answers, and may be kept by the caller's own browser", async () => {
  const user = authenticate({ token: httpBearer() }, () => ({ id: "alice" }));
  const authorization = "Bearer t";
  const own = (cache: string | undefined) =>
    get("/file", { deps: { user }, response: file("text/plain") }, () =>
      reply(200, { ...text, bytes: letters }, cache === undefined ? {} : { headers: { "cache-control": cache } }),
    );
  for (const headers of [{}, { range: "bytes=0-1" }, { "if-none-match": '"v1"' }]) {
    const asked = { headers: { authorization, ...headers } };
    assert.equal((await ask(own(undefined), asked)).header("cache-control"), "no-store");
    assert.equal((await ask(own("private, max-age=60"), asked)).header("cache-control"), "private, max-age=60");
    assert.equal((await ask(own("public, max-age=60"), asked)).status, 500);
  }
});

describe("a file on disk", () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-file-"));
    path = join(folder, "letters");
    await writeFile(path, letters);
  });
  after(() => rm(folder, { recursive: true }));

  test("is read with createReadStream(), the resources of the route stay open until its last byte, and close for 304 and HEAD", async () => {
    const log: string[] = [];
    const db = resource({}, function* () {
      yield 1;
      log.push("closed");
    });
    const route = get("/file", { ...open, deps: { db }, response: file("text/plain") }, () => ({
      ...text,
      size: letters.length,
      open: (range) => createReadStream(path, range).on("close", () => log.push("read")),
    }));
    assert.equal((await ask(route, { headers: { range: "bytes=3-5" } })).body, "def");
    assert.deepEqual(log.splice(0), ["read", "closed"]);
    assert.equal((await ask(route)).body, "abcdefghij");
    assert.deepEqual(log.splice(0), ["read", "closed"]);
    assert.equal((await ask(route, { headers: { "if-none-match": "*" } })).status, 304);
    assert.equal((await ask(route, { method: "HEAD" })).status, 200);
    assert.deepEqual(log.splice(0), ["closed", "closed"]);
  });

  test("one that is not there is a 500, and not half an answer", async () => {
    const { status, errors } = await ask(getting({ size: 3, open: (range) => createReadStream(join(folder, "none"), range) }));
    assert.equal(status, 500);
    assert.match(errors.join(), /ENOENT/);
  });
});

test("the document shows every answer of a file, with its headers", () => {
  const api = createApi({
    title: "t",
    version: "1",
    routes: [
      get("/a", { ...open, response: file(["image/png", "image/jpeg"]) }, () => ({ bytes: letters, type: "image/png" })),
      post("/b", { ...open, response: file("text/csv") }, () => letters),
    ],
  });
  const { "/a": a, "/b": b } = api.openapi().paths;
  const bytes = { schema: { type: "string", format: "binary" } };
  const shown = Object.entries(a?.get?.responses ?? {}).map(([status, { headers, content }]) => [
    status,
    Object.keys(headers ?? {}).filter((name) => name !== "X-Request-Id"),
    Object.keys(content ?? {}),
  ]);
  const version = ["ETag", "Last-Modified"];
  const images = ["image/png", "image/jpeg"];
  assert.deepEqual(shown, [
    ["200", ["Accept-Ranges", "Content-Disposition", ...version], images],
    ["206", ["Content-Range", "Accept-Ranges", "Content-Disposition", ...version], images],
    ["304", version, []],
    ["412", [], ["application/problem+json"]],
    ["416", ["Content-Range"], ["application/problem+json"]],
  ]);
  assert.deepEqual(a?.get?.responses["206"]?.content?.["image/jpeg"], bytes);
  assert.deepEqual(Object.keys(b?.post?.responses ?? {}), ["200"]);
});
