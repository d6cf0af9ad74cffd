/**
 * `node tools/prose.ts [--summary] [path …]`: finds sentences that are not plain English (`prose-rules.ts`) in pages, comments,
 * messages and names of tests. It reads the files that git tracks or would add: all of them, or those below the paths. The exit
 * code is 1 if it finds any.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { passagesOfPage } from "./prose-page.ts";
import { linesOf, placeOf } from "./prose-passage.ts";
import type { Kind, Passage, Place } from "./prose-passage.ts";
import { passagesOfProgram } from "./prose-program.ts";
import { rules } from "./prose-rules.ts";
import type { Rule } from "./prose-rules.ts";
import { root } from "./steps.ts";

/** A rule's pattern, found in a file. */
export interface Finding extends Place {
  readonly path: string;
  readonly words: string;
  readonly rule: Rule;
}

/** The findings of all rules in a file, in order. The path, from the root and with `/`, decides how the file is read. */
export function findingsIn(path: string, source: string): readonly Finding[] {
  const lines = linesOf(source);
  const found = passagesOf(path, source).flatMap((passage) =>
    rules.flatMap((rule) => matchesIn(passage, rule).map(({ words, at }) => ({ path, words, rule, ...placeOf(lines, at) }))),
  );
  return found.toSorted((one, other) => one.line - other.line || one.column - other.column);
}

/** Finds each match of a rule in a passage, with the offset of its first character in the file. */
export function matchesIn(passage: Passage, rule: Rule): readonly { readonly words: string; readonly at: number }[] {
  const kinds: readonly Kind[] = rule.kinds ?? ["paragraph", "heading", "comment", "message", "test name"];
  if (!kinds.includes(passage.kind)) return [];
  const pattern = new RegExp(rule.pattern.source, "gu");
  return Array.from(passage.text.matchAll(pattern), ({ 0: match, index }) => {
    // The character that ends the clause before belongs to the pattern, but not to the place.
    const skipped = /^[^\p{L}]*/u.exec(match)?.[0].length ?? 0;
    const start = skipped < match.length ? index + skipped : index;
    return { words: passage.shown.slice(start, index + match.length).trimEnd(), at: passage.at[start] ?? 0 };
  });
}

function passagesOf(path: string, source: string): readonly Passage[] {
  if (path.endsWith(".md")) return passagesOfPage(source);
  const isSource = /^(?:packages|apps)\/[^/]+\/src\//.test(path) && !/\.(?:test|fixture)\.ts$/.test(path);
  return passagesOfProgram(source, { messages: isSource });
}

/** The pages and programs that git tracks or would add, from the root. */
function filesBelow(paths: readonly string[]): readonly string[] {
  const below = paths.map((path) => relative(root, resolve(path)) || ".");
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...below];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 }).split("\0");
  return [...new Set(listed)].filter((path) => /\.(?:md|ts)$/.test(path) && existsSync(root + path)).toSorted();
}

/** Counts of findings: a row for each rule, a column for each package and top folder. */
export function summaryOf(findings: readonly Finding[]): string {
  const folders = [...new Set(findings.map(({ path }) => folderOf(path)))].toSorted();
  const rowOf = (name: string, counted: readonly Finding[]): readonly string[] => [
    name,
    ...folders.map((folder) => String(counted.filter(({ path }) => folderOf(path) === folder).length)),
    String(counted.length),
  ];
  const rows = [
    ["rule", ...folders, "all"],
    ...rules.map((rule) =>
      rowOf(
        rule.name,
        findings.filter((finding) => finding.rule === rule),
      ),
    ),
    rowOf("all", findings),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "))
    .join("\n");
}

function folderOf(path: string): string {
  return /^(?:packages\/[^/]+|[^/]+(?=\/))/.exec(path)?.[0] ?? "(root)";
}

function main(): void {
  const { values, positionals } = parseArgs({ options: { summary: { type: "boolean" } }, allowPositionals: true });
  const files = filesBelow(positionals);
  if (files.length === 0) throw new Error(`No page or program below ${positionals.join(", ")}`);
  const findings = files.flatMap((path) => findingsIn(path, readFileSync(root + path, "utf8")));
  if (values.summary === true) console.log(summaryOf(findings));
  else
    for (const { path, line, column, words, rule } of findings) console.log(`${path}:${line}:${column}  ${words} → ${rule.advice}`);
  if (findings.length === 0) return;
  const count = new Set(findings.map(({ path }) => path)).size;
  console.error(`Places to rewrite: ${findings.length}, in ${count} of ${files.length} files`);
  process.exitCode = 1;
}

if (import.meta.main) main();
