/** Runs `changeset version` on copies of the manifests: releases are too rare to find mistakes only then. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { binary, root } from "./steps.ts";

const run = promisify(execFile);
const places = ["packages/lockstep", "packages/identity", "apps/notes", "tools/node-22"];
const files = ["package.json", "package-lock.json", ".changeset/config.json", ...places.map((place) => `${place}/package.json`)];

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Creates a workspace with the manifests of this one, at a version, without unreleased changes. */
async function workspaceAt(t: TestContext, version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-release-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const file of files) await cp(join(root, file), join(folder, file));
  const current = (await manifestIn(folder, "lockstep")).version;
  for (const place of places) {
    const path = join(folder, place, "package.json");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replaceAll(`"${current}"`, `"${version}"`).replaceAll(`"^${current}"`, `"^${version}"`));
  }
  await run("git", ["init", "--quiet", folder]);
  return folder;
}

async function manifestIn(folder: string, name: string): Promise<Manifest> {
  const place = name === "notes" ? "apps/notes" : `packages/${name}`;
  // The cast is true of this repository's own files, for the members that the tests read.
  return JSON.parse(await readFile(join(folder, place, "package.json"), "utf8")) as Manifest;
}

async function release(folder: string, changes: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(changes).map(([name, kind]) => `"${name}": ${kind}`);
  await writeFile(join(folder, ".changeset/a-change.md"), ["---", ...lines, "---", "", "A change.", ""].join("\n"));
  await run(binary("changeset"), ["version"], { cwd: folder });
}

for (const [kind, next] of [
  ["patch", "0.1.1"],
  ["minor", "0.2.0"],
] as const) {
  test(`a ${kind} of lockstep alone moves both packages from 0.1.0 to ${next}, and the peer with them`, async (t) => {
    const folder = await workspaceAt(t, "0.1.0");
    await release(folder, { lockstep: kind });
    const [lockstep, identity, notes] = await Promise.all(
      ["lockstep", "identity", "notes"].map((name) => manifestIn(folder, name)),
    );
    assert.equal(lockstep?.version, next);
    assert.equal(identity?.version, next);
    assert.equal(identity.peerDependencies["lockstep"], `^${next}`);
    assert.deepEqual([notes?.dependencies["lockstep"], notes?.dependencies["lockstep-identity"]], [next, next]);
    assert.match(
      await readFile(join(folder, "packages/lockstep/CHANGELOG.md"), "utf8"),
      new RegExp(`## ${next}\\n[^]*A change\\.`),
    );
  });
}
