import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { type Building, core, identity, roomRules } from "./rooms.ts";
import { binary, root } from "./steps.ts";

const small: Building = { folder: "src", levels: [["low.ts"], ["host", "audit"], ["route"], ["host/fetch"]] };

/** Lints a tree of files, each with one import, with the rules of `small`. Returns the files whose import is refused. */
function refusedImports(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "rooms-"));
  try {
    const overrides = roomRules(small).map(({ files: of, forbidden }) => ({
      files: of,
      rules: { "no-restricted-imports": ["error", { patterns: forbidden }] },
    }));
    writeFileSync(join(folder, ".oxlintrc.json"), JSON.stringify({ categories: { correctness: "off" }, overrides }));
    for (const [path, specifier] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `import ${JSON.stringify(specifier)};\n`);
    }
    const { stdout } = spawnSync(process.execPath, [binary("oxlint"), "--format=unix"], { cwd: folder, encoding: "utf8" });
    return Object.entries(files)
      .filter(([path]) => stdout.includes(path))
      .map(([path]) => path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a room may import the rooms below it", () => {
  const down = {
    "src/route/a.ts": "../host/host.ts",
    "src/route/b.ts": "../low.ts",
    "src/host/fetch/a.ts": "../../route/route.ts",
    "src/host/fetch/b.ts": "../host.ts",
    "src/host/fetch/c.ts": "./d.ts",
    "src/index.ts": "./host/fetch/a.ts",
  };
  assert.deepEqual(refusedImports(down), []);
});

test("a room may not import rooms above it or beside it", () => {
  const upOrSideways = {
    "src/low.ts": "./route/route.ts",
    "src/host/a.ts": "../route/route.ts",
    "src/host/b.ts": "./fetch/serve-fetch.ts",
    "src/host/c.ts": "../audit/event.ts",
    "src/audit/a.ts": "../host/host.ts",
    "src/audit/b.ts": "../host/fetch/serve-fetch.ts",
    "src/route/a.ts": "../host/fetch/serve-fetch.ts",
  };
  assert.deepEqual(refusedImports(upOrSideways), Object.keys(upOrSideways));
});

test("the files of a room do not include the files of a room inside it", () => {
  const files = Object.fromEntries(roomRules(small).map((rule) => [rule.room, rule.files]));
  assert.deepEqual(files["host"], ["src/host/*.ts"]);
  assert.deepEqual(files["host/fetch"], ["src/host/fetch/**/*.ts"]);
  assert.deepEqual(files["low.ts"], ["src/low.ts"]);
});

for (const { folder, levels } of [core, identity]) {
  test(`every room of ${folder} has a level`, () => {
    const named = new Set(levels.flat());
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const found = entries
      .filter((entry) => entry.isDirectory() || (entry.name.endsWith(".ts") && !/\.(?:test|fixture)\.ts$/.test(entry.name)))
      .map((entry) => entry.name);
    // If one folder of a room is a room of its own, every folder of it is: the rules of the room do not reach into any.
    const inside = [...new Set([...named].filter((name) => name.includes("/")).map((name) => name.split("/")[0] ?? ""))];
    const nested = inside.flatMap((room) =>
      readdirSync(join(root, folder, room), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${room}/${entry.name}`),
    );
    assert.deepEqual(
      [...found, ...nested].filter((name) => !named.has(name)),
      ["index.ts"],
    );
  });
}
