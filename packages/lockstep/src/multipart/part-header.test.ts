import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Problem } from "../problem/problem.ts";
import { parsePartHeader } from "./part-header.ts";
import type { RawHeader } from "./part-reader.ts";

/** Bytes as the parser passes them on. */
const bytes = (text: string): string => Buffer.from(text).toString("latin1");

function read(disposition: string | readonly string[], more: RawHeader = {}): unknown {
  try {
    const { name, isFile, fileName, type } = parsePartHeader({ "content-disposition": [disposition].flat(), ...more });
    return [name, isFile ? (fileName ?? "unnamed") : "no file", type === undefined ? "no type" : `${type.type}/${type.subtype}`];
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.code}`;
    throw error;
  }
}

describe("the header of a part (RFC 7578 §4)", () => {
  test("has a name, quoted or not, and perhaps the name of a file", () => {
    assert.deepEqual(read('form-data; name="a"'), ["a", "no file", "text/plain"]);
    assert.deepEqual(read("form-data;name=a"), ["a", "no file", "text/plain"]);
    assert.deepEqual(read('Form-Data ; NAME="a" ; FileName="b c;d.png"'), ["a", "b c;d.png", "text/plain"]);
    assert.deepEqual(read('form-data; name="a"; filename=""'), ["a", "", "text/plain"]);
    assert.deepEqual(read(bytes('form-data; name="é"; filename="ü.png"')), ["é", "ü.png", "text/plain"]);
  });

  test("is read with backslashes as browsers and other clients send them", () => {
    assert.deepEqual(read(String.raw`form-data; name="a"; filename="C:\dir\b.png"`), ["a", String.raw`C:\dir\b.png`, "text/plain"]);
    assert.deepEqual(read(String.raw`form-data; name="a\"b\\c"`), [String.raw`a"b\c`, "no file", "text/plain"]);
  });

  test("filename* makes it a file and gives it no name (RFC 7578 §4.2)", () => {
    assert.deepEqual(read("form-data; name=a; filename*=utf-8''b.png"), ["a", "unnamed", "text/plain"]);
    assert.deepEqual(read("form-data; name=a; filename=c.png; filename*=utf-8''b.png"), ["a", "c.png", "text/plain"]);
  });

  test("says its type, or has one that nobody can read", () => {
    const typed = (type: string) => read("form-data; name=a", { "content-type": [type] });
    assert.deepEqual(typed("IMAGE/png; x=y"), ["a", "no file", "image/png"]);
    assert.deepEqual(typed("image"), ["a", "no file", "no type"]);
    assert.deepEqual(typed("image/png\tx"), ["a", "no file", "no type"]);
  });

  test("is 400 if it is something else, says a thing twice, or cannot be read", () => {
    for (const wrong of [
      "",
      "attachment; name=a",
      "form-data",
      "form-data; name",
      'form-data; name="a',
      'form-data; name="a"x',
      'form-data name="a"',
      'form-data; name="a"; name="b"',
      'form-data; name="a"; filename="b"; FILENAME="c"',
      'form-data; name=""',
      'form-data; name="a\tb"',
      'form-data; name="a\0"',
      'form-data; name="\xff"',
      'form-data; name="a"; filename="\xff"',
      'form-data; filename="a"',
    ]) {
      assert.equal(read(wrong), "400 malformed_request", wrong);
    }
    assert.equal(read([]), "400 malformed_request");
    assert.equal(read(["form-data; name=a", "form-data; name=b"]), "400 malformed_request");
    assert.equal(read("form-data; name=a", { "content-type": ["text/plain", "text/html"] }), "400 malformed_request");
  });

  test("is 413 if it is too long", () => {
    assert.equal(read(`form-data; name="${"a".repeat(257)}"`), "413 too_large");
    assert.deepEqual(read(`form-data; name="${"a".repeat(256)}"`), ["a".repeat(256), "no file", "text/plain"]);
    assert.equal(read("form-data; name=a", { "x-filler": ["a".repeat(8192)] }), "413 too_large");
  });

  test("is 415 if the content is encoded: nothing is decoded", () => {
    const encoded = (name: string, value: string) => read("form-data; name=a", { [name]: [value] });
    for (const fine of ["7bit", "8BIT", "binary"])
      assert.deepEqual(encoded("content-transfer-encoding", fine), ["a", "no file", "text/plain"]);
    for (const wrong of ["base64", "quoted-printable", "gzip", ""])
      assert.equal(encoded("content-transfer-encoding", wrong), "415 unsupported_encoding");
    assert.equal(encoded("content-encoding", "gzip"), "415 unsupported_encoding");
    assert.deepEqual(encoded("content-encoding", "identity"), ["a", "no file", "text/plain"]);
  });
});
