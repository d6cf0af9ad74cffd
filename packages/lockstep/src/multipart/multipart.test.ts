import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import type { AnyDependency } from "../dependency/dependency.ts";
import { requestSource } from "../input/host-request.fixture.ts";
import { factsOf, readInput } from "../input/input.fixture.ts";
import { nothing } from "../input/nothing.ts";
import { boundary, field, file, formBody, formType, png, readForm, type SentPart } from "./form-body.fixture.ts";
import { multipart, type Upload, type UploadedFile } from "./index.ts";

const Fields = z.object({ title: z.string().max(10), count: z.int().optional(), tag: z.array(z.string()).optional() });
const avatar = { mediaTypes: ["image/png", "image/jpeg"], maxBytes: 100 };
const more = { mediaTypes: ["*/*"], maxBytes: 100_000, maxCount: 2, optional: true };
const upload = multipart({ fields: Fields, files: { avatar, more } });
const title = field("title", "a");

/** The fields, and each file as its field, name, type and content. */
async function contentOf(sent: unknown): Promise<unknown> {
  if (typeof sent !== "object" || sent === null || !("files" in sent)) return sent;
  const { fields, files } = sent as Upload<object>;
  const found: unknown[] = [];
  try {
    for await (const { field, name, type, stream } of files) {
      let content = "";
      for await (const piece of stream) content += Buffer.from(piece).toString("latin1");
      found.push([field, name, type, content]);
    }
  } catch (error) {
    found.push(codeOf(error));
  }
  return [{ ...fields }, ...found];
}

const codeOf = (error: unknown): string =>
  error instanceof Error ? `${"status" in error ? `${String(error.status)} ` : ""}${String(Reflect.get(error, "code"))}` : "";

const read = async (dep: AnyDependency, ...parts: readonly SentPart[]): Promise<unknown> => contentOf(await readForm(dep, parts));

describe("the fields of an upload", () => {
  test("are read as those of a form: text, numbers, lists", async () => {
    const parts = [
      field(
        "title",
        "é"
          .split("")
          .map((one) => Buffer.from(one).toString("latin1"))
          .join(""),
      ),
      field("count", "7"),
    ];
    assert.deepEqual(await read(upload, ...parts, field("tag", "x"), field("tag", "y"), file("avatar")), [
      { title: "é", count: 7, tag: ["x", "y"] },
      ["avatar", "a.png", "image/png", png],
    ]);
  });

  test("are strict: a field that is not declared, does not fit or is missing is an issue with a pointer", async () => {
    assert.deepEqual(
      await read(upload, field("title", "far too long"), field("isAdmin", "1"), field("count", "x"), file("avatar")),
      [
        "multipart /count: expected an integer",
        "multipart /isAdmin: unknown field",
        "multipart /title: Too big: expected string to have <=10 characters",
      ],
    );
    assert.deepEqual(await read(upload, file("avatar")), [
      "multipart /title: required",
      "multipart : the fields must come before the files",
    ]);
  });

  test("may come twice only as a list, and have no name that reaches a prototype", async () => {
    assert.equal(await read(upload, title, title, file("avatar")), "400 repeated_parameter");
    assert.equal(await read(upload, field("__proto__", "1"), title, file("avatar")), "400 forbidden_key");
  });

  test("are UTF-8 texts and nothing else", async () => {
    const typed = (type: string): SentPart => [`${title[0]}\r\nContent-Type: ${type}`, "a"];
    for (const fine of ["text/plain", "text/plain; charset=utf-8", "Text/Plain;charset=UTF8"])
      assert.deepEqual(await read(multipart({ fields: Fields, files: {} }), typed(fine)), [{ title: "a" }], fine);
    assert.equal(await read(upload, typed("text/plain; charset=utf-16"), file("avatar")), "415 unsupported_charset");
    assert.equal(await read(upload, typed("application/json"), file("avatar")), "415 unsupported_media_type");
    assert.equal(await read(upload, field("title", "\xff"), file("avatar")), "400 malformed_request");
  });

  test("are limited in number, and in bytes all together: they are in memory", async () => {
    const limited = (...parts: readonly SentPart[]) => readForm(upload, parts, { maxParameters: 2, maxBodyBytes: 300 });
    assert.equal(await limited(title, field("tag", "a"), field("tag", "b")), "413 too_many");
    assert.equal(await limited(field("title", "a".repeat(200)), field("tag", "b".repeat(200))), "413 too_large");
    assert.deepEqual(await contentOf(await limited(title, field("tag", "b"), file("avatar"))), [
      { title: "a", tag: ["b"] },
      ["avatar", "a.png", "image/png", png],
    ]);
  });

  test("come before the files: a later one is 400, since a guard has already decided about the others", async () => {
    assert.deepEqual(await read(upload, title, file("avatar"), field("count", "1")), [
      { title: "a" },
      ["avatar", "a.png", "image/png", png],
      "400 malformed_request",
    ]);
  });

  test("may come after files that fit into lookAheadBytes, which are kept in memory", async () => {
    const ahead = multipart({ fields: Fields, files: { avatar, more }, lookAheadBytes: 20_000 });
    const big = file("more", "x".repeat(19_900), "text/plain", "b.txt");
    assert.deepEqual(await read(ahead, file("avatar"), big, title), [
      { title: "a" },
      ["avatar", "a.png", "image/png", png],
      ["more", "b.txt", "text/plain", big[1]],
    ]);
    const tooBig = file("more", "x".repeat(20_100), "text/plain", "b.txt");
    assert.deepEqual(await read(ahead, title, file("avatar"), tooBig, field("count", "1")), [
      { title: "a" },
      ["avatar", "a.png", "image/png", png],
      ["more", "b.txt", "text/plain", tooBig[1]],
      "400 malformed_request",
    ]);
    // A wrong file is found while the fields are read.
    assert.equal(await read(ahead, title, file("avatar", "<script>")), "415 unsupported_media_type");
  });

  test("can be left out", async () => {
    const bare = multipart({ files: { avatar } });
    assert.deepEqual(await read(bare, file("avatar")), [{}, ["avatar", "a.png", "image/png", png]]);
    assert.deepEqual(await read(bare, title, file("avatar")), ["multipart /title: unknown field"]);
  });
});

describe("the files of an upload", () => {
  test("have a safe name, the declared type and their bytes, and come in order", async () => {
    const parts = [
      file("more", "1", "Text/HTML; charset=utf-8", "../../b\xe2\x80\xaetxt.exe"),
      file("avatar", png, "image/png", ".."),
      file("more", "2"),
    ];
    assert.deepEqual(await read(upload, title, ...parts), [
      { title: "a" },
      ["more", "btxt.exe", "text/html", "1"],
      ["avatar", undefined, "image/png", png],
      "415 unsupported_media_type",
    ]);
  });

  test("are read in memory with bytes(), too", async () => {
    const { files } = (await readForm(upload, [title, file("avatar")])) as Upload<object>;
    for await (const one of files) {
      assert.equal(Buffer.from(await one.bytes()).toString("latin1"), png);
      await assert.rejects(one.bytes(), { code: "wrong_input", message: /^Read the file "avatar" once/ });
    }
    assert.throws(() => files[Symbol.asyncIterator](), { code: "wrong_input", message: /^Read the files of the upload once/ });
  });

  test("are read in pieces of one size, however small or large the pieces are that come", async () => {
    const content = Array.from({ length: 10_000 }, (_, index) => `${index}\r\n`).join("");
    const text = (of: string): SentPart => file("more", of, "text/plain");
    const piecesOf = async (split: (file: UploadedFile) => AsyncIterable<Uint8Array>): Promise<string[][]> => {
      const { files } = (await readForm(upload, [title, text(content), file("avatar"), text("")])) as Upload<object>;
      const found: string[][] = [];
      for await (const one of files) {
        const kept: Uint8Array[] = [];
        for await (const piece of split(one)) kept.push(piece);
        found.push(kept.map((piece) => Buffer.from(piece).toString("latin1")));
      }
      return found;
    };
    const sizes = new Set((await piecesOf(({ stream }) => stream))[0]?.map(({ length }) => length));
    assert.ok(sizes.size > 1, "the control: the pieces of the stream differ");
    for (const pieceBytes of [7, 20_000, 59_000, 1_000_000]) {
      const expected = Array.from({ length: Math.ceil(content.length / pieceBytes) }, (_, index) =>
        content.slice(index * pieceBytes, (index + 1) * pieceBytes),
      );
      const [whole = [], , none] = await piecesOf((one) => one.pieces(pieceBytes));
      assert.deepEqual([whole, none], [expected, []], `${pieceBytes}`);
    }
    await assert.rejects(
      piecesOf((one) => one.pieces(0)),
      { code: "wrong_option", message: /^pieces\(\): set "pieceBytes" to a whole number from 1/ },
    );
  });

  test("are of a declared type", async () => {
    for (const type of ["image/gif", "text/html", "image/png, text/html", "image", ""])
      assert.equal(await read(upload, title, file("avatar", png, type)), "415 unsupported_media_type", type);
    const ranges = multipart({ files: { any: { mediaTypes: ["audio/*", "application/*+json"], maxBytes: 9 } } });
    for (const type of ["audio/ogg", "application/geo+json"])
      assert.deepEqual(await read(ranges, file("any", "1", type)), [{}, ["any", "a.png", type, "1"]]);
    assert.equal(await read(ranges, file("any", "1", "video/ogg")), "415 unsupported_media_type");
    // RFC 7578 §4.4: without a type it is text/plain.
    assert.equal(await read(upload, title, field("avatar", png)), "415 unsupported_media_type");
  });

  test("begin as files of their type do: a page that is named a picture is refused (CWE-434)", async () => {
    const starts = {
      "image/png": png,
      "image/jpeg": "\xff\xd8\xff\xe0",
      "image/gif": "GIF89a",
      "image/webp": "RIFF\0\0\0\0WEBPVP8 ",
      "image/avif": "\0\0\0\x20ftypavif",
      "application/pdf": "%PDF-1.7",
    };
    const any = multipart({ files: { any: { mediaTypes: ["*/*"], maxBytes: 1000 } } });
    for (const [type, start] of Object.entries(starts)) {
      assert.deepEqual(await read(any, file("any", `${start}...`, type)), [{}, ["any", "a.png", type, `${start}...`]]);
      for (const wrong of ["<!DOCTYPE html><script>alert(1)</script>", "", start.slice(0, -1).slice(0, 3), ` ${start}`])
        if (!wrong.startsWith(start.slice(0, 12))) {
          const answer = await read(any, file("any", wrong, type, "x"));
          assert.equal(
            answer,
            type === "image/jpeg" && wrong === "\xff\xd8\xff" ? answer : "415 unsupported_media_type",
            `${type}: ${wrong}`,
          );
        }
    }
    assert.deepEqual(await read(any, file("any", "<svg/>", "image/svg+xml")), [{}, ["any", "a.png", "image/svg+xml", "<svg/>"]]);
  });

  test("are limited each, in number, and all together", async () => {
    const largest = `${png}${"x".repeat(100 - png.length)}`;
    assert.deepEqual(await read(upload, title, file("avatar", largest)), [
      { title: "a" },
      ["avatar", "a.png", "image/png", largest],
    ]);
    // The first file begins before the handler does.
    assert.equal(await read(upload, title, file("avatar", `${largest}x`)), "413 too_large");
    assert.deepEqual(await read(upload, title, file("more", "x".repeat(100_001), "text/plain")), [{ title: "a" }, "413 too_large"]);
    assert.deepEqual(await read(upload, title, file("avatar"), file("avatar")), [
      { title: "a" },
      ["avatar", "a.png", "image/png", png],
      "413 too_many",
    ]);
    const total = multipart({ fields: Fields, files: { avatar, more }, maxTotalBytes: 1000 });
    assert.equal(await read(total, title, file("avatar"), file("more", "x".repeat(1000), "text/plain")), "413 too_large");
    assert.deepEqual(await read(total, title, file("avatar")), [{ title: "a" }, ["avatar", "a.png", "image/png", png]]);
    const headers = { "content-type": formType, "content-length": "1001" };
    assert.equal(await readInput(total, { headers }), "413 too_large");
    // By default: all files that may come, and the limit of the route for the rest.
    const byDefault = { limits: { maxBodyBytes: 500 }, headers: { ...headers, "content-length": String(100 + 200_000 + 501) } };
    assert.equal(await readInput(upload, byDefault), "413 too_large");
  });

  test("that are not read are thrown away, and still not too large", async () => {
    const skipped = async (...parts: readonly SentPart[]): Promise<unknown[]> => {
      const { files } = (await readForm(upload, [title, ...parts])) as Upload<object>;
      const seen: unknown[] = [];
      try {
        for await (const { field, stream } of files) {
          seen.push(field);
          if (field === "more") for await (const _piece of stream) break;
        }
      } catch (error) {
        seen.push(codeOf(error));
      }
      return seen;
    };
    const big = file("more", "x".repeat(90_000), "text/plain");
    assert.deepEqual(await skipped(file("avatar"), big, big), ["avatar", "more", "more"]);
    const tooBig = file("more", "x".repeat(100_001), "text/plain");
    assert.deepEqual(await skipped(tooBig, file("avatar")), ["more", "413 too_large"]);
  });

  test("are required unless they are optional; an input without a chosen file is not one", async () => {
    const empty = file("avatar", "", "application/octet-stream", "");
    assert.deepEqual(await read(upload, title), ["multipart /avatar: required"]);
    assert.deepEqual(await read(upload, title, empty), ["multipart /avatar: required"]);
    assert.deepEqual(await read(upload, title, field("avatar", "")), ["multipart /avatar: required"]);
    assert.deepEqual(await read(upload, title, file("more", "1", "text/plain")), [
      { title: "a" },
      ["more", "a.png", "text/plain", "1"],
      "422 invalid_input",
    ]);
    assert.deepEqual(await read(upload, title, file("avatar"), file("more", "", "application/octet-stream", "")), [
      { title: "a" },
      ["avatar", "a.png", "image/png", png],
    ]);
  });

  test("have declared names", async () => {
    assert.deepEqual(await read(upload, title, file("virus")), ["multipart /virus: unknown file"]);
    assert.deepEqual(await read(upload, file("title"), file("avatar")), ["multipart /title: unknown file"]);
    assert.deepEqual(await read(upload, title, file("avatar"), file("virus")), [
      { title: "a" },
      ["avatar", "a.png", "image/png", png],
      "422 invalid_input",
    ]);
  });

  test("are read one by one: to ask for the next while one is being read is a mistake, and so is to read one later", async () => {
    const parts = [title, file("more", "x".repeat(50_000), "text/plain"), file("avatar")];
    const first = (await readForm(upload, parts)) as Upload<object>;
    await assert.rejects(
      async () => {
        for await (const { stream } of first.files) await stream[Symbol.asyncIterator]().next();
      },
      { code: "wrong_input", message: /^Await the reading of "more" before you ask for the next file/ },
    );
    const second = (await readForm(upload, parts)) as Upload<object>;
    const kept: AsyncIterable<Uint8Array>[] = [];
    for await (const { stream } of second.files) kept.push(stream);
    await assert.rejects(async () => kept[0]?.[Symbol.asyncIterator]().next(), {
      code: "wrong_input",
      message: /^Read "more" before/,
    });
  });
});

describe("the body of an upload", () => {
  const typed = (type: string | readonly string[]) =>
    readInput(upload, { headers: { "content-type": type }, body: formBody([title, file("avatar")]) });

  test("says that it is one, and what separates its parts", async () => {
    for (const type of [formType, `Multipart/Form-Data;boundary="${boundary}"`, `${formType}; charset=utf-8`])
      assert.deepEqual(((await contentOf(await typed(type))) as readonly unknown[])[0], { title: "a" }, type);
    for (const type of [
      "multipart/mixed; boundary=limit",
      "application/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data\tx",
    ])
      assert.equal(await typed(type), "415 unsupported_media_type", type);
    assert.equal(await typed([]), "415 unsupported_media_type");
    assert.equal(await typed([formType, formType]), "415 unsupported_media_type");
    for (const wrong of [
      "multipart/form-data",
      'multipart/form-data; boundary=""',
      `multipart/form-data; boundary="${"a".repeat(71)}"`,
      'multipart/form-data; boundary="a\tb"',
    ])
      assert.equal(await typed(wrong), "400 malformed_request", wrong);
  });

  test("is refused if it is compressed, and nothing of it is read", async () => {
    let isRead = false;
    const record = { headers: { "content-type": formType, "content-encoding": "gzip" }, body: formBody([title, file("avatar")]) };
    assert.equal(await readInput(upload, record, () => (isRead = true)), "415 unsupported_encoding");
    assert.equal(isRead, false);
  });

  test("that breaks off is 400 wherever it does, before the handler or in its loop", async () => {
    const whole = formBody([title, file("avatar")]);
    for (let length = 0; length < whole.length - 4; length += 1) {
      const body = whole.subarray(0, length);
      const sent = await contentOf(await readInput(upload, { headers: { "content-type": formType }, body }));
      assert.equal([sent].flat().at(-1), "400 malformed_request", String(length));
    }
  });

  test("is remembered for an answer whose head cannot hold a field", async () => {
    const source = requestSource({
      headers: { "content-type": formType },
      body: formBody([field("title", "a\r\nb"), file("avatar")]),
    });
    const node = upload["~dep"];
    assert.ok(node.kind === "input");
    await node.read(source, {});
    assert.deepEqual(source.remembered, ["a\r\nb"]);
  });
});

describe("multipart()", () => {
  test("declares one input: its fields by the rules for names of ids, its files as members of one form", () => {
    const Ids = z.object({ projectId: z.uuid(), note: z.string(), cursorId: z.string() });
    const said = { note: "object", cursorId: nothing("a position") } as const;
    const dep = multipart({ fields: Ids, files: { avatar, more }, identifies: said });
    assert.deepEqual(factsOf(dep), ["input", "object-id:multipart.projectId", "object-id:multipart.note"]);
    const node = dep["~dep"];
    assert.ok(node.kind === "input");
    const { kind, name, objectIds, mediaTypes, files } = node.input;
    assert.deepEqual([kind, name, mediaTypes], ["multipart", "", ["multipart/form-data"]]);
    assert.deepEqual(objectIds.nothing, { "multipart.cursorId": "a position" });
    assert.deepEqual(files, { avatar: ["image/png", "image/jpeg"], more: ["*/*"] });
    assert.deepEqual(factsOf(upload), ["input"]);
  });

  test("refuses options that it cannot read, and names that are taken", () => {
    const call = (options: object) => () => Reflect.apply(multipart, undefined, [options]);
    for (const [options, code] of [
      [{}, "wrong_option"],
      [{ files: null }, "wrong_option"],
      [{ files: { a: {} } }, "wrong_option"],
      [{ files: { a: { ...avatar, maxBytes: 0 } } }, "wrong_option"],
      [{ files: { a: { ...avatar, maxCount: 1.5 } } }, "wrong_option"],
      [{ files: { a: { ...avatar, optional: "yes" } } }, "wrong_option"],
      [{ files: { a: { ...avatar, size: 1 } } }, "wrong_option"],
      [{ files: { a: { ...avatar, mediaTypes: [] } } }, "wrong_option"],
      [{ files: { a: { ...avatar, mediaTypes: ["PNG"] } } }, "wrong_input"],
      [{ files: { a: { ...avatar, mediaTypes: ["image/PNG"] } } }, "wrong_input"],
      [{ files: { avatar }, maxTotalBytes: 0 }, "wrong_option"],
      [{ files: { avatar }, lookAheadBytes: -1 }, "wrong_option"],
      [{ fields: z.object({ avatar: z.string() }), files: { avatar } }, "wrong_input"],
      [{ fields: z.object({ a: z.object({}) }), files: { avatar } }, "wrong_input"],
      [{ fields: z.string(), files: { avatar } }, "wrong_input"],
      [{ fields: z.any(), files: { avatar } }, "wrong_input"],
      [{ fields: z.record(z.string(), z.string()), files: { avatar } }, "wrong_input"],
      [{ fields: Fields, files: { avatar }, identifies: { titel: "object" } }, "wrong_input"],
      [{ fields: Fields, files: { avatar }, identifies: "object" }, "wrong_input"],
    ] as const) {
      assert.throws(call(options), { code, message: /^multipart\(\)/ }, JSON.stringify(options));
    }
  });
});
