/**
 * Both compilers accept every type test as it is, and refuse every wrong program in them for the reason that is written
 * beside it. `@ts-expect-error` alone would be content with any error, so the programs are compiled a second time without
 * the directives, and what the compiler says is compared with the sentences.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { compile, type Compiler, type Diagnostic, list, scratch, typescript7 } from "./compiler.ts";

const directive = /^[ \t]*\/\/ @ts-expect-error[ \t]*(?<advice>.*)$/u;

/** What a wrong line of a type test must make the compiler say. */
interface Expectation {
  readonly file: string;
  readonly line: number;
  readonly advice: string;
}

const sources = new Map(
  readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => [name, readFileSync(join(import.meta.dirname, name), "utf8")]),
);
const names = [...sources.keys()].filter((name) => name.endsWith(".test-d.ts"));
const expectations = [...sources].flatMap(([file, text]) =>
  text.split("\n").flatMap((content, index): Expectation[] => {
    const advice = directive.exec(content)?.groups?.["advice"];
    // The error is on the line below the directive; lines count from 1.
    return advice === undefined ? [] : [{ file, line: index + 2, advice }];
  }),
);

/** The wrong programs, with nothing to excuse them. */
function bareSources(): ReadonlyMap<string, string> {
  const strip = (content: string): string => (directive.test(content) ? "//" : content);
  const programs = [...sources].map(([name, text]): [string, string] => [name, text.split("\n").map(strip).join("\n")]);
  return new Map([["package.json", '{ "type": "module" }'], ...programs]);
}

const place = ({ file, line }: Pick<Diagnostic, "file" | "line">): string => `${basename(file)}:${line}`;

/** The expectations that the compiler did not meet, in words. */
function unmet(diagnostics: readonly Diagnostic[]): string[] {
  const said = Map.groupBy(diagnostics, place);
  return expectations.flatMap((expectation) => {
    const at = said.get(place(expectation)) ?? [];
    // The compiler escapes the quotes of a sentence that it prints as a type.
    const meets = at.some(({ text }) => text.replaceAll('\\"', '"').includes(expectation.advice));
    return meets ? [] : [`${place(expectation)} does not say "${expectation.advice}" but: ${list(at) || "nothing"}`];
  });
}

test("there is a type test for each topic, and every wrong program in them says why it is wrong", () => {
  assert.ok(names.length >= 20, `found ${names.length} files`);
  assert.ok(expectations.length >= 200, `found ${expectations.length} wrong programs`);
  assert.deepEqual(expectations.filter(({ advice }) => advice.length < 5).map(place), []);
});

const bare = scratch(bareSources());
after(() => {
  bare[Symbol.dispose]();
});

/** What one compiler says of the type tests. */
export function testTypes(compiler: Compiler): void {
  // Both forms in one program: parsing the libraries is most of the time.
  const compiling = compile(
    compiler,
    [import.meta.dirname, bare.path].flatMap((path) => names.map((name) => join(path, name))),
  );

  describe(compiler.name, () => {
    test("accepts every type test as it stands", async () => {
      const { diagnostics } = await compiling;
      assert.equal(list(diagnostics.filter(({ file }) => file.startsWith(import.meta.dirname))), "");
    });

    test("reports the advice that is written beside each wrong program", async () => {
      const diagnostics = (await compiling).diagnostics.filter(({ file }) => file.startsWith(bare.path));
      assert.deepEqual(unmet(diagnostics), []);
    });

    test("prints facts, not how they were computed", async () => {
      const computed = (await compiling).diagnostics.filter(({ text }) =>
        /\b(?:FactsOf|Checked|ProtectionsOf|NoticesOf)<\{/u.test(text),
      );
      assert.equal(list(computed.slice(0, 3)), "");
    });

    test("finds nothing else wrong in them", async () => {
      const expected = new Set(expectations.map(place));
      const others = (await compiling).diagnostics
        .filter(({ file }) => file.startsWith(bare.path))
        .filter((at) => !expected.has(place(at)));
      assert.equal(list(others), "");
    });
  });
}

testTypes(typescript7);
