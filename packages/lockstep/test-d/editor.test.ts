/** An editor offers what a developer may write, and nothing that only the compiler is meant to see. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import ts from "typescript-6";
import { root, scratch } from "./compiler.ts";

/** Programs that are being written, by the place of the cursor `|`, and a name that is meant to be offered there. */
const cases = [
  ["in the specification of a route", 'get("/a", { | }, () => 1);', "deps"],
  ["in the options of a path", 'path("id", z.string(), { | });', "identifies"],
  ["in the options of owned()", 'owned({ id, user: activeUser }, () => ({ by: "" }), (row) => row.by, { | });', "owner"],
  ["in a principal", "authenticate({ token }, () => ({ | }));", "id"],
  ["in a group", "group({ | });", "prefix"],
] as const;

const imports = `import { z } from "zod";
import { authenticate, get, group, owned, path } from "lockstep";
import { activeUser, id, token } from "./example.ts";
`;
const text = imports + cases.map(([, program]) => program).join("\n");
const programs = scratch(
  new Map([
    ["package.json", '{ "type": "module" }'],
    ["example.ts", readFileSync(join(import.meta.dirname, "example.ts"), "utf8")],
    ["open.ts", text.replaceAll("|", " ")],
  ]),
);
const file = join(programs.path, "open.ts");
const service = languageService();
after(() => {
  service.dispose();
  programs[Symbol.dispose]();
});

function languageService(): ts.LanguageService {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, programs.path);
  return ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const content = ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => programs.path,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
}

/** The names that are offered at the cursor of one program. */
function completions(index: number): string[] {
  const cursors = [...text.matchAll(/\|/gu)].map((found) => found.index);
  return service.getCompletionsAtPosition(file, cursors[index] ?? 0, {})?.entries.map(({ name }) => name) ?? [];
}

describe("completions hold no advice", () => {
  for (const [index, [place, , expected]] of cases.entries()) {
    test(place, () => {
      const names = completions(index);
      // The control: the right names are offered.
      assert.ok(names.includes(expected), names.join(", "));
      assert.deepEqual(
        names.filter((name) => /advice/iu.test(name)),
        [],
      );
    });
  }
});
