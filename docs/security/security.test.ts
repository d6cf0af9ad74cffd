/** The tables of attacks and requirements are complete, and every test that they name is there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { attacksIn, filesOf, problemsOf, rowsOf, type TableRow, testsOf } from "./table.ts";

const root = join(import.meta.dirname, "../..");
const sources = new Map<string, string | undefined>();

function read(path: string): string | undefined {
  const place = join(root, path);
  if (!sources.has(path))
    sources.set(path, existsSync(place) && statSync(place).isFile() ? readFileSync(place, "utf8") : undefined);
  return sources.get(path);
}

const attacks = rowsOf(read("docs/security/attacks.md") ?? "");
const requirements = rowsOf(read("docs/security/asvs.md") ?? "");

/** The attacks that concern this project, by section of the catalogue. */
const attackIds: Readonly<Record<string, string>> = {
  K: "01 03 04 05 07 09 10 11 12 13 14 15 16",
  S: "01 02 03 04 05 06 07 08 09 11 14 16 17 19 20 21 22",
  C: "01 02 04 05 06 07 08 09 10 11 12 13 14 15 16",
  L: "02 03 04 05 08 09 11 12 13 14 15 18 19 20 21 23 24 25",
  A: "02 03 04 06 07 08 09 10 13 14 16 17 18 20 21 22 24 27 29 30 31 32 34 35 37 39 40 41 42 43 44 45 48 49 50 51 52 53",
  M: "01 02 04 05 06 07 08 09 10 11 12 13",
  J: "01 02 03 04 05 06 07 08 10 11 12 14 15 16 17 18 19 20 21 23 24 26 27 28 29 30 31 32 34 35 36 38 41 43 47 48 49 50 51 53 54 55 56 58 59",
  H: "01 02 03 04 05 06 07 08 09 10 11 12 13 15 17 18 19",
  O: "01 02 03 04 08 10 13",
  R: "01 02 03 04 05 06 07 08 11 12 13 15 16 17 18 20 21 22 23",
  Z: "01 02 03 04 05 06 08 09 11 12 15 16 17 18 19 20 21 22 23 24 25 27 28 29 30",
  P: "02 05 07 08 09 10 11 13 14 15 16 18 19 21 22 23 24 25 26 27 28 29 30",
  D: "01 03 04 05 06 07 08 09 10 11 12 13 14 16 18 19 20 21 22 23 24 25",
  I: "04 05 06 08 09 12 13 14 16 17 18 20 21 22 23",
};

/** The requirements of the standard that concern a library or an identity server, by section. */
const requirementIds: Readonly<Record<string, string>> = {
  "V1.1": "1 2",
  "V1.2": "1 2 3 4 5 9",
  "V1.3": "2 3 6 7 10 11 12",
  "V1.5": "2 3",
  "V2.1": "1 3",
  "V2.2": "1 2 3",
  "V2.3": "1 2 3 4",
  "V2.4": "1",
  "V3.1": "1",
  "V3.2": "1 2 3",
  "V3.3": "1 2 3 4 5",
  "V3.4": "1 2 3 4 5 6 7 8",
  "V3.5": "1 2 3 5 6 7 8",
  "V3.6": "1",
  "V3.7": "2 3 5",
  "V4.1": "1 2 3 4",
  "V4.2": "2 5",
  "V4.4": "2 3 4",
  "V6.1": "1 2 3",
  "V6.2": "1 2 3 4 5 6 7 8 9 10 11 12",
  "V6.3": "1 2 3 4 5 6 7 8",
  "V6.4": "1 2 3 4 5 6",
  "V6.5": "1 2 3 4 5 6 7 8",
  "V6.6": "1 2 3 4",
  "V6.7": "1 2",
  "V6.8": "1 2 4",
  "V7.1": "1 2 3",
  "V7.2": "1 2 3 4",
  "V7.3": "1 2",
  "V7.4": "1 2 3 4 5",
  "V7.5": "1 2 3",
  "V7.6": "1 2",
  "V8.1": "1 2",
  "V8.2": "1 2 3",
  "V8.3": "1 2 3",
  "V8.4": "1",
  "V9.1": "1 2 3",
  "V9.2": "1 2 3 4",
  "V10.1": "1 2",
  "V10.2": "1 2",
  "V10.3": "1 2 3 4 5",
  "V10.4": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
  "V10.5": "1 2 3 4 5",
  "V10.6": "1 2",
  "V10.7": "1 2 3",
  "V11.1": "1 2 3 4",
  "V11.2": "1 2 3 4 5",
  "V11.3": "1 2 3 4 5",
  "V11.4": "1 2 3 4",
  "V11.5": "1 2",
  "V11.6": "1 2",
  "V11.7": "2",
  "V12.1": "3",
  "V12.2": "1",
  "V12.3": "2 4 5",
  "V13.1": "1 2 3 4",
  "V13.2": "3 4 6",
  "V13.3": "3 4",
  "V13.4": "2 4 5 6",
  "V14.1": "1 2",
  "V14.2": "1 2 3 4 5 6 7",
  "V14.3": "1 2 3",
  "V15.1": "1 2 3 4 5",
  "V15.2": "1 2 3 4 5",
  "V15.3": "1 2 3 4 5 6 7",
  "V15.4": "1 2 3 4",
  "V16.1": "1",
  "V16.2": "1 2 3 4 5",
  "V16.3": "1 2 3 4",
  "V16.4": "1 2",
  "V16.5": "1 2 3 4",
};

const states: readonly (string | undefined)[] = ["met", "partly", "not yet", "application"];
const reason = /^\*\*(?:Later|Does not apply):\*\* \S/;

function idsOf(sections: Readonly<Record<string, string>>, separator: string): readonly string[] {
  return Object.entries(sections).flatMap(([section, ids]) => ids.split(" ").map((id) => section + separator + id));
}

test("every attack of the catalogue has one row, in order", () => {
  assert.deepEqual(
    attacks.map(({ id }) => id),
    idsOf(attackIds, "-"),
  );
});

test("every requirement of the standard has one row, in order", () => {
  assert.deepEqual(
    requirements.map(({ id }) => id),
    idsOf(requirementIds, "."),
  );
});

test("no cell is empty", () => {
  for (const { id, cells } of attacks) assert.ok(cells.length === 3 && cells.every((cell) => cell !== ""), id);
  for (const { id, cells } of requirements) assert.ok(cells.length === 4 && cells.every((cell) => cell !== ""), id);
});

test("every test and every file that a row names exists", () => {
  assert.deepEqual(
    [...attacks, ...requirements].flatMap((row) => problemsOf(row, read)),
    [],
  );
  assert.ok(attacks.flatMap(testsOf).length > 400);
});

test("each attack is tried by a test, or has a reason why not", () => {
  for (const row of attacks) assert.notEqual(testsOf(row).length > 0, reason.test(row.cells[2] ?? ""), row.id);
});

test("a requirement that is met names a test, a file or a tested attack, and the others say what is missing", () => {
  const tried = new Set(attacks.filter((row) => testsOf(row).length > 0).map(({ id }) => id));
  for (const row of requirements) {
    const [level, , state, shown = ""] = row.cells;
    assert.match(level ?? "", /^[123]$/, row.id);
    assert.ok(states.includes(state), row.id);
    const isShown = testsOf(row).length + filesOf(row).length > 0 || attacksIn(row).some((id) => tried.has(id));
    if (state === "met") assert.ok(isShown, row.id);
    if (state === "partly") assert.ok(shown.includes(";"), `${row.id}: say after a semicolon what is missing`);
  }
});

test("SECURITY.md says how many attacks are tried and how many requirements are met", () => {
  const text = (read("SECURITY.md") ?? "").replaceAll("\n", " ");
  const tried = attacks.filter((row) => testsOf(row).length > 0);
  const why = (start: string): number => attacks.filter(({ cells }) => cells[2]?.startsWith(start)).length;
  const inPart = tried.filter(({ cells }) => cells[2]?.includes("Open:")).length;
  assert.ok(text.includes(`lists ${attacks.length} attacks. Tests try ${tried.length} of them, ${inPart} of these in part.`));
  assert.ok(text.includes(`${why("**Later:**")} belong to features that come later`));
  assert.ok(text.includes(`${why("**Does not apply:**")} do not apply.`));
  const [met, partly, notYet] = states.map((state) => requirements.filter(({ cells }) => cells[2] === state).length);
  assert.ok(text.includes(`lists the ${requirements.length} requirements`));
  assert.ok(text.includes(`${met} are met, ${partly} are met partly, ${notYet} are not met yet`));
});

test("every attack that a requirement names has a row", () => {
  const ids = new Set(attacks.map(({ id }) => id));
  assert.deepEqual(
    requirements.flatMap(attacksIn).filter((id) => !ids.has(id)),
    [],
  );
});

test("the check finds a missing or renamed test, a missing file and an empty cell", () => {
  const files: Readonly<Record<string, string>> = { "packages/lockstep/src/a.test.ts": 'test("says a | b", () => {});' };
  const problems = (cell: string): readonly string[] =>
    rowsOf(`| X-01 | what | where | ${cell} |`).flatMap((row: TableRow) => problemsOf(row, (path) => files[path]));
  assert.deepEqual(problems("`core/a.test.ts › says a \\| b`"), []);
  assert.deepEqual(problems("`core/a.test.ts`"), []);
  assert.equal(problems("`core/a.test.ts › says a`").length, 1);
  assert.equal(problems("`core/a.test.ts › says a \\| b`<br>`core/b.test.ts › says b`").length, 1);
  assert.equal(problems("`identity/a.ts`").length, 1);
  assert.deepEqual(rowsOf("| X-01 | what |  | x |")[0]?.cells, ["what", "", "x"]);
  assert.deepEqual(rowsOf("| row | what | where | x |\n|---|---|---|---|\n| V1.10.2 | 1 | C-01 | x |"), [
    { id: "V1.10.2", cells: ["1", "C-01", "x"] },
  ]);
});
