import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { safeFileName } from "./file-name.ts";

test("an ordinary name stays as it is, in any script", () => {
  for (const name of ["a.png", "Übersicht 2026.pdf", "写真.jpeg", ".env", "archive.tar.gz", "no ending", "a..b", "(1) – copy.txt"])
    assert.equal(safeFileName(name), name);
  assert.equal(safeFileName("e\u0301.txt"), "\u00e9.txt");
});

test("only the last segment of a path is kept (CWE-22)", () => {
  for (const path of ["/etc/a.png", "..\\..\\a.png", "C:\\Users\\x\\a.png", "a/../a.png", "//host/share/a.png"])
    assert.equal(safeFileName(path), "a.png", path);
});

test("if nothing is left of a name, there is no name", () => {
  for (const name of ["", ".", "..", "...", " ", "a/", "a/..", "\u202e", "\0", ". .", "\u200b\u200d"])
    assert.equal(safeFileName(name), undefined, JSON.stringify(name));
});

test("invisible characters are taken out: controls, bidi overrides, zero widths, line ends (CWE-451)", () => {
  assert.equal(safeFileName("in\u202evoice\u2066\0.p\r\nng\u007f\u200b\u2028\ufeff\ud800"), "invoice.png");
});

test("reserved characters become underscores, also those that another system makes of similar ones", () => {
  assert.equal(safeFileName('a:b*c?d"e<f>g|h.txt'), "a_b_c_d_e_f_g_h.txt");
  assert.equal(safeFileName("a\uff0fb\uff3cc\uff1ad.txt"), "a_b_c_d.txt");
});

test("devices of Windows get an underscore, whatever their ending and their case", () => {
  for (const name of ["con", "CON.txt", "nul.tar.gz", "Com1", "lpt9.log", "com\u00b9.txt", "CONIN$", "aux .txt"])
    assert.equal(safeFileName(name), `_${name}`, name);
  for (const name of ["console.txt", "com.txt", "nullable", "com10.txt"]) assert.equal(safeFileName(name), name, name);
});

test("spaces at the ends and dots at the end are taken off: Windows would do it later", () => {
  assert.equal(safeFileName("  a.png. . "), "a.png");
  assert.equal(safeFileName("con. "), "_con");
});

test("a long name is cut to 255 bytes between characters, and keeps its ending", () => {
  assert.equal(safeFileName(`${"a".repeat(300)}.png`), `${"a".repeat(251)}.png`);
  const long = safeFileName(`${"é".repeat(300)}.png`) ?? "";
  assert.deepEqual([Buffer.byteLength(long), long.endsWith("é.png")], [254, true]);
  assert.equal(Buffer.byteLength(safeFileName(`a.${"b".repeat(300)}`) ?? ""), 255);
  assert.equal(safeFileName("😀".repeat(100)), "😀".repeat(63));
});

test("whatever was sent, the name is safe, and safe names stay as they are", () => {
  const parts = fc.constantFrom("/", "\\", ".", "..", "con", "nul.txt", "\u202e", ":", " ", "\0", "\uff0f", "é", "a".repeat(260));
  const names = fc.array(fc.oneof(parts, fc.string({ unit: "binary" })), { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(
    fc.property(names, (sent) => {
      const name = safeFileName(sent);
      if (name === undefined) return;
      assert.doesNotMatch(name, /[/\\:*?"<>|\p{Cc}\p{Cf}]|^\.{1,2}$|^\s|[\s.]$/u);
      assert.doesNotMatch(name, /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu);
      assert.ok(Buffer.byteLength(name) <= 255 && name.isWellFormed());
      assert.equal(safeFileName(name), name);
    }),
  );
});
