import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildCodes, problemCodes, statusOfCode } from "../packages/lockstep/src/problem/code.ts";
import { identityCodes } from "../packages/identity/src/problem/code.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/errors.md"), "utf8");
const [rest = "", developers = ""] = page.split("## Errors that developers receive");
const [clients = "", ofIdentity = ""] = rest.split("## Errors that clients of identity receive");
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*$/gm)].map(([row]) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
const codesOf = (text: string): string[] => rowsOf(text).map(([code = ""]) => code.replaceAll("`", ""));

const sources = globSync("packages/*/src/**/*.ts", { cwd: root })
  .filter((path) => !/\.(?:test|fixture)\.ts$/.test(path) && !path.endsWith("problem/code.ts"))
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");
const isGiven = (code: string): boolean => sources.includes(`"${code}"`);

test("the first table lists exactly the codes that clients receive", () => {
  assert.deepEqual(codesOf(clients), problemCodes.filter(isGiven));
});

test("each code has the status with which the sources send it", () => {
  assert.deepEqual(
    rowsOf(clients).map(([code = "", status]) => [code.replaceAll("`", ""), Number(status)]),
    problemCodes.filter(isGiven).map((code) => [code, statusOfCode[code]]),
  );
  const sent = [...sources.matchAll(/\bown(?:Problem|Answer)\(\s*(\d{3}),\s*"(\w+)"/g)];
  assert.ok(sent.length > 30);
  for (const [text, status, name] of sent) {
    const code = problemCodes.find((known) => known === name);
    assert.ok(code !== undefined && statusOfCode[code] === Number(status), text);
  }
});

test("the second table lists exactly the codes of identity", () => {
  assert.deepEqual(codesOf(ofIdentity), identityCodes.filter(isGiven));
});

test("each problem of identity has a code of the first two tables", () => {
  const known = new Set<string>([...problemCodes, ...identityCodes]);
  const sent = globSync("packages/identity/src/**/*.ts", { cwd: root })
    .filter((path) => !/\.(?:test|fixture)\.ts$/.test(path))
    .flatMap((path) => [...readFileSync(join(root, path), "utf8").matchAll(/\bproblem\(\s*\d{3},\s*"(\w+)"/g)]);
  assert.ok(sent.length > 15);
  assert.deepEqual(
    sent.map(([, code = ""]) => code).filter((code) => !known.has(code)),
    [],
  );
});

test("the third table lists exactly the codes that developers receive", () => {
  assert.deepEqual(codesOf(developers), buildCodes.filter(isGiven));
});

test("every line is complete", () => {
  const rows = [clients, ofIdentity, developers].flatMap(rowsOf);
  assert.ok(rows.length > 40);
  for (const row of rows) assert.ok(row.length === 4 && row.every((cell) => cell !== ""), row.join(" | "));
});

test("every code is used in the sources", () => {
  assert.deepEqual(
    [...problemCodes, ...identityCodes, ...buildCodes].filter((code) => !isGiven(code)),
    [],
  );
});
