/** The rules of the manifests: one version for both packages, exact versions, approved install scripts, and a page on npm. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { linkProblems, listingProblems, listingsOf, type Page } from "../docs/manual/page.ts";
import { root } from "./steps.ts";

/** The members of a package.json that the tests below read. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly homepage?: string;
  readonly bugs?: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly files?: readonly string[];
  readonly repository?: { readonly url: string; readonly directory: string };
  readonly publishConfig?: object;
  readonly workspaces?: readonly string[];
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** An entry of package-lock.json. */
interface Locked {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (path: string): string | undefined =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
const isThere = (path: string): boolean => existsSync(join(root, path));
// The casts below are true of this repository's own files.
const readJson = (path: string): unknown => JSON.parse(read(path) ?? "");

const workspace = readJson("package.json") as Manifest;
const manifests = new Map(
  globSync(
    [...(workspace.workspaces ?? [])].map((place) => `${place}/package.json`),
    { cwd: root },
  )
    .toSorted()
    .map((path) => [dirname(path), readJson(path) as Manifest]),
);
const published = [...manifests].filter(([, { private: isPrivate = false }]) => !isPrivate);
const lock = readJson("package-lock.json") as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lock.packages);

test("the published packages have one version, and changesets moves them together", () => {
  const config = readJson(".changeset/config.json") as { fixed: readonly (readonly string[])[]; access: string };
  const names = published.map(([, { name }]) => name).toSorted();
  assert.deepEqual(names, ["lockstep", "lockstep-identity"]);
  assert.deepEqual(config.fixed, [names]);
  assert.equal(config.access, "public");
  assert.equal(new Set(published.map(([, { version }]) => version)).size, 1);
});

test("peers are ranges, and a peer of this repository starts at its present version", () => {
  for (const [place, { peerDependencies = {}, version }] of published) {
    for (const [name, range] of Object.entries(peerDependencies)) {
      assert.match(range, /^\^\d+\.\d+\.\d+$/, `${place}: ${name}`);
      if (published.some(([, each]) => each.name === name)) assert.equal(range, `^${version}`, `${place}: ${name}`);
    }
  }
});

test("every other dependency has an exact version", () => {
  for (const [place, { dependencies, devDependencies }] of [...manifests, [".", workspace] as const]) {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/, `${place}: ${name}`);
    }
  }
});

test("npm shows where a published package comes from, and receives only the build", () => {
  for (const [place, manifest] of published) {
    const { repository, homepage, bugs, license, files, keywords = [], publishConfig } = manifest;
    const address = repository?.url.replace(/^git\+|\.git$/g, "");
    assert.match(address ?? "", /^https:\/\/github\.com\//, place);
    assert.equal(repository?.directory, place);
    assert.equal(homepage, `${address}/tree/main/${place}#readme`);
    assert.equal(bugs, `${address}/issues`);
    assert.equal(license, "MIT");
    assert.deepEqual(files, ["dist"]);
    assert.ok(keywords.length > 5, place);
    assert.deepEqual(publishConfig, { access: "public", provenance: true });
    assert.equal(read(`${place}/LICENSE`), read("LICENSE"), `${place}/LICENSE`);
  }
});

test("the README of a published package quotes a listing, and its links work on npm", () => {
  for (const [place, { repository }] of published) {
    const page: Page = { path: `${place}/README.md`, text: read(`${place}/README.md`) ?? "", read };
    assert.equal(listingsOf(page).length, 1, page.path);
    assert.deepEqual(listingProblems(page), []);
    // npm shows the page without the repository, so a relative link would lead nowhere.
    const files = `${repository?.url.replace(/^git\+|\.git$/g, "")}/blob/main/`;
    const targets = [...page.text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    assert.ok(targets.length > 3, page.path);
    assert.deepEqual(
      targets.filter((target) => !target.startsWith("https://")),
      [],
    );
    const within: Page = { path: "README.md", text: page.text.replaceAll(`](${files}`, "]("), read };
    assert.deepEqual(linkProblems(within, isThere), []);
  }
});

test("the lock file contains no download address", () => {
  assert.ok(locked.length > 200);
  assert.deepEqual(
    locked.filter(([, { resolved, link = false }]) => resolved !== undefined && !link),
    [],
  );
});

test("every install script is allowed or refused explicitly", () => {
  const { allowScripts = {} } = workspace;
  const scripted = locked.filter(([, { hasInstallScript = false }]) => hasInstallScript);
  const names = new Set(scripted.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)));
  assert.ok(names.has("node"));
  assert.deepEqual(
    [...names].filter((name) => !Object.hasOwn(allowScripts, name)),
    [],
  );
});

test("the README's two commands are those that CI and the tests of npm start run", () => {
  const blocks = [...(read("README.md") ?? "").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands.trim());
  assert.ok(blocks.includes("npm ci && npm start"));
  assert.ok(blocks.includes("npm ci && npm test"));
  assert.match(read(".ci/run") ?? "", /^npm ci && npm test$/m);
});
