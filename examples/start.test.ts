import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const folders = globSync("[0-9][0-9]-*", { cwd: import.meta.dirname }).toSorted();

test("every example is short, has a test and is in the table", () => {
  const table = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  assert.ok(folders.length >= 10);
  for (const folder of folders) {
    const lines = readFileSync(join(import.meta.dirname, folder, "main.ts"), "utf8")
      .trim()
      .split("\n");
    assert.ok(lines.length <= 60, `${folder} has ${lines.length} lines`);
    assert.ok(existsSync(join(import.meta.dirname, folder, "main.test.ts")), `${folder} has no test`);
    assert.ok(table.includes(`(${folder}/main.ts)`), `${folder} is not in the table`);
  }
});
