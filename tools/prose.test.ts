import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, test } from "node:test";
import { passagesOfPage } from "./prose-page.ts";
import type { Passage } from "./prose-passage.ts";
import { passagesOfProgram } from "./prose-program.ts";
import { rules } from "./prose-rules.ts";
import type { Rule } from "./prose-rules.ts";
import { findingsIn, matchesIn, summaryOf } from "./prose.ts";
import { root } from "./steps.ts";

/** A sentence as a passage of a kind that the rule reads. */
function passageOf(sentence: string, rule: Rule): Passage {
  const kind = rule.kinds?.at(-1) ?? "comment";
  if (kind === "line") return { kind, text: sentence, shown: sentence, at: Array.from(sentence, (_, index) => index) };
  const [passage] = passagesOfPage(sentence);
  assert.ok(passage !== undefined, sentence);
  return { ...passage, kind };
}

describe("each rule", () => {
  for (const rule of rules) {
    test(`"${rule.name}" catches its wrong sentences and lets the right ones pass`, () => {
      assert.ok(rule.catches.length > 0 && rule.passes.length > 0, "a rule has examples of both");
      for (const sentence of rule.catches) assert.notEqual(matchesIn(passageOf(sentence, rule), rule).length, 0, sentence);
      for (const sentence of rule.passes) assert.deepEqual(matchesIn(passageOf(sentence, rule), rule), [], sentence);
    });
  }

  test("has a name of its own, and advice that is plain English", () => {
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const { advice } of rules) assert.match(advice, /^\p{L}.*[^.]$/u);
  });
});

/** Each finding as `line:column rule: words`. */
function found(path: string, ...lines: readonly string[]): readonly string[] {
  return findingsIn(path, lines.join("\n")).map(({ line, column, rule, words }) => `${line}:${column} ${rule.name}: ${words}`);
}

describe("a page", () => {
  test("is read in paragraphs, headings, list items, quotations and cells", () => {
    const page = [
      "# It stands",
      "",
      "A key is",
      "**no** sign-in.",
      "- stands",
      "  1. stands",
      "> stands",
      "",
      "| a | b |",
      "|---|---|",
      "| `|` | stands |",
    ];
    assert.deepEqual(found("docs/page.md", ...page), [
      "1:6 stands: stands",
      "3:7 is no: is no",
      "5:3 stands: stands",
      "6:6 stands: stands",
      "7:3 stands: stands",
      "11:9 stands: stands",
    ]);
  });

  test("has code, comments, tags and addresses that are not read", () => {
    const page = [
      "`it stands`, ``it ` stands``",
      "<!-- it stands --> <a title='stands'>",
      "[a](stands.md) https://a.test/stands",
      "",
      "```ts",
      "// stands",
      "```",
    ];
    assert.deepEqual(found("docs/page.md", ...page), []);
    assert.deepEqual(found("docs/page.md", ...page, "stands"), ["8:1 stands: stands"], "the control");
  });

  test("shows code in the words it reports, and sees that it is there", () => {
    assert.deepEqual(found("docs/page.md", "It is none of `these` where `no` is; `undefined` where it fails."), [
      "1:4 is none: is none",
      "1:50 where for if: where",
    ]);
  });

  test("may say in a heading what it is about", () => {
    const page = ["## What it does", "", "| name | what it does |", "|---|---|", "| what it is | |"];
    assert.deepEqual(found("docs/page.md", ...page), ["5:3 what as a noun: what it"]);
  });
});

describe("a program", () => {
  test("has comments that are found wherever they are, at their exact place", () => {
    const program = [
      "/** It stands. */",
      "const a = 1; // stands",
      "call(/* stands */ `a ${b /* stands */} c`);",
      "/**",
      " * A key is",
      " * no sign-in.",
      " * - stands",
      " */",
      "  // A key is",
      "  // no sign-in.",
    ];
    assert.deepEqual(found("bench/a.ts", ...program), [
      "1:8 stands: stands",
      "2:17 stands: stands",
      "3:9 stands: stands",
      "3:29 stands: stands",
      "5:10 is no: is no",
      "7:6 stands: stands",
      "9:12 is no: is no",
    ]);
  });

  test("has strings, templates and regular expressions that look like comments", () => {
    const program = [
      'const a = "// it stands here";',
      "const b = `/* it ${a} // stands */`;",
      "const c = /\\/* it stands \\/\\/ stands/;",
      "const d = a / b; // stands",
    ];
    assert.deepEqual(found("bench/a.ts", ...program), ["4:21 stands: stands"]);
  });

  test("has line comments that are one text only if they are below one another", () => {
    assert.deepEqual(
      found("bench/a.ts", "a(); // It is", "// no use.", "", "// It is", "", "// no use.", "// It is", "b(); // no use."),
      [],
    );
    assert.deepEqual(found("bench/a.ts", "// It is", "// no use."), ["1:7 is no: is no"], "the control");
  });

  test("has code in its comments, which is not read", () => {
    assert.deepEqual(
      found("bench/a.ts", "/**", " * `it stands`, {@link stands}", " * @example", " * ```ts", " * // stands", " * ```", " */"),
      [],
    );
  });

  test("has messages, which are read in the sources of packages and applications", () => {
    const program = [
      'fail("It is " + "no address", `${host} is`, "stands for");',
      "fail(`${host} is no address: ${\"it is no name\"}`, 'it isn\\'t so, it\\nstands');",
      "type Advice<Id extends string> = `${Id} stands below`;",
    ];
    const expected = ["1:10 is no: is no", "2:15 is no: is no", "2:36 is no: is no", "2:70 stands: stands", "3:41 stands: stands"];
    for (const path of ["packages/a/src/b/c.ts", "apps/a/src/b.ts"]) assert.deepEqual(found(path, ...program), expected);
    for (const path of ["packages/a/src/b.test.ts", "packages/a/src/b.fixture.ts", "packages/a/test-d/b.ts", "tools/a.ts"]) {
      assert.deepEqual(found(path, ...program), [], path);
    }
  });

  test("has names of tests, which are read once, in every file", () => {
    const calls = ["test", "it", "describe", "suite", "behaviour", "it.skip", "test.only", "t.test"];
    for (const call of calls) {
      for (const path of ["bench/a.test.ts", "packages/a/src/testing/a.ts"]) {
        assert.deepEqual(found(path, `${call}("it " + "stands", () => {});`), [`1:${call.length + 11} stands: stands`], call);
      }
    }
    assert.deepEqual(
      found("bench/a.test.ts", 'test(`${name}: what is left`, run); pattern.test("it stands here"); call("it stands here");'),
      ["1:16 what as a noun: what is"],
    );
  });

  test("has comments that end by column 130, with their code", () => {
    const fits = `// ${"a".repeat(127)}`;
    assert.deepEqual(found("bench/a.ts", fits, `/* ${"a".repeat(126)}`, " */", `call("${"a".repeat(130)}");`), []);
    assert.deepEqual(found("bench/a.ts", `${fits}b`, "/*", `${"a".repeat(130)} b`, "*/", `  ${fits}`), [
      "1:131 long line: b",
      "3:132 long line: b",
      "5:131 long line: aa",
    ]);
  });
});

test("text and places have the same length, whatever is in it", () => {
  const source = "A `code` **is** … \u{1F600}  <br> | x";
  const passages = [
    ...passagesOfPage(source),
    ...passagesOfPage(`| ${source} |`),
    ...passagesOfProgram(`// ${source}`, { messages: true }),
  ];
  assert.ok(passages.length > 3);
  for (const { text, shown, at } of passages) {
    assert.equal(text.length, at.length);
    assert.equal(shown.length, at.length);
  }
});

test("the summary counts by rule and by folder", () => {
  const findings = ["README.md", "packages/a/x.md", "packages/a/y.md"].flatMap((path) => findingsIn(path, "It stands."));
  const rows = summaryOf(findings).split("\n");
  assert.match(rows[0] ?? "", /^rule +\(root\) +packages\/a +all$/);
  assert.match(rows.find((row) => row.startsWith("stands")) ?? "", /^stands +1 +2 +3$/);
  assert.match(rows.at(-1) ?? "", /^all +1 +2 +3$/);
});

test("the command reports what it finds, and fails", (t) => {
  const folder = mkdtempSync(`${root}tools/prose-`);
  t.after(() => rmSync(folder, { recursive: true }));
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, ["tools/prose.ts", ...args], { cwd: root, encoding: "utf8" });
  writeFileSync(`${folder}/page.md`, "It is fine.\n");
  assert.deepEqual({ status: run(folder).status, printed: run(folder).stdout }, { status: 0, printed: "" });

  writeFileSync(`${folder}/page.md`, "It is fine.\nIt is no page.\n");
  const { status, stdout, stderr } = run(folder);
  assert.deepEqual([status, stderr], [1, "Places to rewrite: 1, in 1 of 1 files\n"]);
  assert.equal(stdout, `${relative(root, folder)}/page.md:2:4  is no → write "is not a …"\n`);
  assert.match(run("--summary", folder).stdout, /^is no +1 +1$/m);

  assert.match(run(`${folder}/none`).stderr, /No page or program below/);
  assert.notEqual(run(`${folder}/none`).status, 0);
});
