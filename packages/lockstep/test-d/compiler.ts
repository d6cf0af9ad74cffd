/** Runs the compilers that users have, TypeScript 7 (native) and 6, with the repository's flags, and reads their messages. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The root of the repository. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** One of the two compilers. */
export interface Compiler {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Flags of this compiler alone. */
  readonly flags: readonly string[];
}

/** What a compiler says of one place. */
export interface Diagnostic {
  /** The absolute path. */
  readonly file: string;
  readonly line: number;
  /** The message with everything below it. */
  readonly text: string;
}

/** The result of a compilation. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  readonly instantiations: number;
  readonly checkSeconds: number;
}

const bin = join(root, "node_modules");

/** Several checkers would each instantiate the same types: one counts reproducibly. */
export const typescript7: Compiler = { name: "TypeScript 7", command: [join(bin, ".bin/tsc")], flags: ["--checkers", "1"] };

/** Several times as slow: for `*.slow.test.ts`. */
export const typescript6: Compiler = {
  name: "TypeScript 6",
  command: [process.execPath, join(bin, "typescript-6/lib/tsc.js")],
  flags: [],
};

/** Both compilers. */
export const compilers: readonly Compiler[] = [typescript7, typescript6];

/** A directory of programs that resolve packages as the repository does; gone when it is disposed. */
export interface Scratch extends Disposable {
  readonly path: string;
}

/** Writes programs, by their names, into a directory of their own. */
export function scratch(programs: ReadonlyMap<string, string>): Scratch {
  const path = mkdtempSync(join(tmpdir(), "lockstep-types-"));
  symlinkSync(bin, join(path, "node_modules"));
  for (const [name, text] of programs) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Compiles files (absolute paths) as one program, with the repository's flags and these. */
export async function compile(
  compiler: Compiler,
  files: readonly string[],
  compilerOptions: Readonly<Record<string, unknown>> = {},
): Promise<Compilation> {
  using project = scratch(
    new Map([["tsconfig.json", JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] })]]),
  );
  const [command, ...before] = compiler.command;
  const flags = ["-p", project.path, "--pretty", "false", "--noErrorTruncation", "--extendedDiagnostics", ...compiler.flags];
  const output = await outputOf(command, [...before, ...flags], project.path);
  return {
    diagnostics: parseDiagnostics(output, project.path),
    instantiations: statistic(output, "Instantiations"),
    checkSeconds: statistic(output, "Check time"),
  };
}

function outputOf(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(command, args, { cwd, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
    // A compiler that found errors exits with 1 or 2; one that did not run has no statistics.
    if (stdout.includes("Instantiations:")) resolve(stdout);
    else reject(new Error(`${command} did not compile: ${stdout}${stderr}`, { cause: error }));
  });
  return promise;
}

/** Reads `path(line,column): error TS1: text` and the indented lines below it. An error of no file is of the file "". */
function parseDiagnostics(output: string, directory: string): Diagnostic[] {
  return output.split(/\n(?=\S)/u).flatMap((block) => {
    const found = /^(?:(?<file>[^\n]+?)\((?<line>\d+),\d+\): )?error TS\d+: (?<text>[^]*)$/u.exec(block);
    if (found?.groups === undefined) return [];
    const { file, line, text } = found.groups;
    return [{ file: file === undefined ? "" : resolve(directory, file), line: Number(line ?? 0), text: text ?? "" }];
  });
}

function statistic(output: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+([\\d.]+)`, "mu").exec(output)?.[1]);
}

/** Says of diagnostics what a failing test should show. */
export function list(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ file, line, text }) => `${file}:${line}: ${text}`).join("\n");
}
