import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contentDisposition } from "./content-disposition.ts";

test("a name is quoted, and one with other characters is sent twice (RFC 6266 §4.3, RFC 8187 §3.2)", () => {
  for (const [name, header] of [
    ["report.pdf", 'attachment; filename="report.pdf"'],
    ["my report (1).pdf", 'attachment; filename="my report (1).pdf"'],
    ["naïve € 2.pdf", "attachment; filename=\"na_ve _ 2.pdf\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC%202.pdf"],
    ["it's (a) *.txt", `attachment; filename="it's (a) _.txt"`],
    ["100% sure.txt", "attachment; filename=\"100_ sure.txt\"; filename*=UTF-8''100%25%20sure.txt"],
    ["😀.png", "attachment; filename=\"_.png\"; filename*=UTF-8''%F0%9F%98%80.png"],
    [".env", 'attachment; filename=".env"'],
    ["a.b.", 'attachment; filename="a.b"'],
    [undefined, "attachment"],
    ["", "attachment"],
    [" ", "attachment"],
    ["..", "attachment"],
  ] as const) {
    assert.equal(contentDisposition("attachment", name), header);
  }
  assert.equal(contentDisposition("inline", "a.png"), 'inline; filename="a.png"');
});

test("a name cannot leave its folder, end its value, begin a header or hide its extension", () => {
  for (const [name, header] of [
    ["../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'],
    ["..\\..\\boot.ini", 'attachment; filename=".._.._boot.ini"'],
    ['a"; filename="evil.exe', 'attachment; filename="a_; filename=_evil.exe"'],
    ["a\r\nSet-Cookie: a=b", 'attachment; filename="a__Set-Cookie_ a=b"'],
    ["a\u0000.exe", 'attachment; filename="a_.exe"'],
    // Written from the right, it would look like "invoice_exe.pdf".
    ["invoice_\u202efdp.exe", 'attachment; filename="invoice__fdp.exe"'],
    ["a\u2028b", 'attachment; filename="a_b"'],
    ["a\ud800b", "attachment; filename=\"a_b\"; filename*=UTF-8''a%EF%BF%BDb"],
  ] as const) {
    assert.equal(contentDisposition("attachment", name), header, JSON.stringify(name));
  }
});

test("a long name keeps its extension", () => {
  const header = contentDisposition("attachment", `${"a".repeat(5000)}.tar.gz`);
  assert.match(header, /^attachment; filename="a{147}\.gz"$/);
});

test("whatever the name, the header is one value with one name in each form", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const header = contentDisposition("attachment", name);
      assert.match(
        header,
        /^attachment(?:; filename="[^"\\/%\x00-\x1f\x7f-\uffff]+"(?:; filename\*=UTF-8''[\w!#$&+\-.^`|~%]+)?)?$/,
      );
      assert.ok(header.length < 2_000);
    }),
  );
});
