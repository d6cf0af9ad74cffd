/**
 * An application with `declaration: true` (a library, a project reference) can export its dependencies: the compiler names
 * their types by what `lockstep` exports, and prints facts, not how they were computed.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { compile, type Compiler, list, scratch, typescript7 } from "./compiler.ts";

const read = (name: string): readonly [string, string] => [name, readFileSync(join(import.meta.dirname, name), "utf8")];
// Outside the package, where its sources have no relative path.
const programs = new Map([["package.json", '{ "type": "module" }'], read("exported.test-d.ts"), read("example.ts")]);
const emitting = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: "/" };

/** What one compiler writes. */
export function testDeclarations(compiler: Compiler): void {
  test(`${compiler.name} writes declarations of everything that an application exports`, async () => {
    using application = scratch(programs);
    using output = scratch(new Map());
    const file = join(application.path, "exported.test-d.ts");
    const { diagnostics } = await compile(compiler, [file], { ...emitting, outDir: output.path });
    assert.equal(list(diagnostics.filter((at) => at.file.startsWith(application.path))), "");
    const written = readdirSync(output.path, { recursive: true, encoding: "utf8" }).find(
      (name) => basename(name) === "exported.test-d.d.ts",
    );
    const text = readFileSync(join(output.path, written ?? ""), "utf8");
    assert.match(text, /const admin: import\("lockstep"\)\.Dependency<.*User, (?:"[a-z:-]+"(?: \| )?)+>;/u);
    assert.doesNotMatch(text, /import\("(?!lockstep"|\.\/example)/u);
  });
}

testDeclarations(typescript7);
