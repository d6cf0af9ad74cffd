import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RequestBody } from "../host/request-body.ts";
import { hostRequest } from "../input/host-request.fixture.ts";
import { boundary, field, file, formBody, type SentPart } from "./form-body.fixture.ts";
import { PartReader } from "./part-reader.ts";

/** A reader of bytes that arrive in pieces of these sizes, over and over, and a count of the bytes that it has asked for. */
function reader(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): { parts: PartReader; asked: () => number } {
  let asked = 0;
  async function* body(): AsyncGenerator<Uint8Array, void, void> {
    for (let turn = 0; asked < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      const piece = bytes.slice(asked, asked + size);
      asked += size;
      yield piece;
    }
  }
  return { parts: new PartReader(new RequestBody({ ...hostRequest({}), body }, Infinity), boundary), asked: () => asked };
}

/** Every part: its disposition, and its content with a character for each byte. */
async function all(parts: PartReader): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for (let part = await parts.next(); part !== undefined; part = await parts.next()) {
    let content = "";
    for (let piece = await parts.read(); piece !== undefined; piece = await parts.read())
      content += Buffer.from(piece).toString("latin1");
    found.push([part.header["content-disposition"]?.[0] ?? "", content]);
  }
  return found;
}

const sent = (parts: readonly SentPart[]): [string, string][] =>
  parts.map(([header, content]) => [header.split("\r\n")[0]?.replace(/^[^:]*: /, "") ?? "", content]);

const three = [field("a", "1"), file("b"), field("c", "")];

describe("the parts of a body", () => {
  test("come one after another with their bytes, even without content", async () => {
    assert.deepEqual(await all(reader(formBody(three)).parts), sent(three));
    assert.deepEqual(await all(reader(formBody([])).parts), []);
    assert.deepEqual(await all(reader(formBody([field("a", ""), field("b", "")])).parts), sent([field("a", ""), field("b", "")]));
  });

  test("are the same however the body arrives, and whatever is in them", async () => {
    const hard = ["\r\n", "--", `\r\n--${boundary.slice(0, 3)}`, `--${boundary}`, "\r", "\n", "-", "\0\xff", "a".repeat(5000)];
    const content = fc.array(fc.constantFrom(...hard), { maxLength: 6 }).map((pieces) => pieces.join(""));
    const parts = fc.array(
      content.filter((text) => !`\r\n${text}`.includes(`\r\n--${boundary}`)).map((text) => field("a", text)),
      { maxLength: 5 },
    );
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 100, max: 40_000 })), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(parts, sizes, async (wanted, arriving) => {
        assert.deepEqual(await all(reader(formBody(wanted), arriving).parts), sent(wanted));
      }),
    );
  });

  test("may be left: the rest of one is thrown away when the next is asked for", async () => {
    const { parts } = reader(formBody([field("a", "x".repeat(100_000)), field("b", "2")]), [1000]);
    await parts.next();
    assert.notEqual(await parts.read(), undefined);
    assert.equal((await parts.next())?.header["content-disposition"]?.[0], 'form-data; name="b"');
    assert.equal(String(await parts.read()), "2");
    assert.equal(await parts.next(), undefined);
    assert.equal(await parts.next(), undefined);
  });

  test("are not read ahead: at most a slice and a piece of the host's are in memory", async () => {
    const { parts, asked } = reader(formBody([file("a", "x".repeat(5_000_000))]), [65_536]);
    await parts.next();
    let read = 0;
    for (let piece = await parts.read(); piece !== undefined; piece = await parts.read()) {
      read += piece.length;
      assert.ok(asked() - read <= 65_536 + 16_384, `${asked() - read} bytes in memory`);
    }
    assert.equal(read, 5_000_000);
  });

  test("may have an epilogue, which is read and means nothing", async () => {
    const end = `--${boundary}--\r\n${"x".repeat(100_000)}\r\n--${boundary}\r\n\r\nno part`;
    const { parts, asked } = reader(formBody(three, end), [777]);
    assert.deepEqual(await all(parts), sent(three));
    assert.ok(asked() >= formBody(three, end).length, "the body is read to its end, so the connection can be used again");
  });

  test("are malformed if the body ends too early, or is another one", async () => {
    const whole = Buffer.from(formBody(three)).toString("latin1");
    const malformed = { status: 400, code: "malformed_request" };
    const lastBoundary = whole.lastIndexOf("--");
    for (let length = 0; length <= lastBoundary; length += 1)
      await assert.rejects(all(reader(Buffer.from(whole.slice(0, length), "latin1")).parts), malformed, `${length} bytes`);
    for (const text of ["", "no form", "--other\r\n\r\n\r\n--other--\r\n", `--${boundary}\r\nx`])
      await assert.rejects(all(reader(Buffer.from(text)).parts), malformed, text);
  });

  test("end, whatever comes: with parts or as malformed", async () => {
    const header = 'Content-Disposition: form-data; name="a"';
    const pieces = [
      "\r\n",
      "--",
      `--${boundary}`,
      `--${boundary}--`,
      "\r\n\r\n",
      header,
      "\r",
      "\n",
      ":",
      " ",
      "__proto__: x",
      "\0",
      "a",
    ];
    const body = fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((all) => Buffer.from(all.join(""), "latin1"));
    await fc.assert(
      fc.asyncProperty(body, fc.integer({ min: 1, max: 40 }), async (bytes, size) => {
        await all(reader(bytes, [size]).parts).catch((error: unknown) =>
          assert.equal(Reflect.get(error as object, "code"), "malformed_request"),
        );
      }),
    );
  });

  test("stay malformed: a later read fails with the same error", async () => {
    const { parts } = reader(Buffer.from("no form"));
    const error: unknown = await parts.next().catch((failure: unknown) => failure);
    await assert.rejects(parts.next(), (again) => again === error);
  });

  test("a part whose header does not end is malformed", async () => {
    await assert.rejects(all(reader(formBody([["", "a"]], `--${boundary}\r\nX: a\r\n--${boundary}--\r\n`)).parts), {
      code: "malformed_request",
    });
  });
});
