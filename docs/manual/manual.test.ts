import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { linkProblems, listingProblems, listingsOf, messageProblems, type Page } from "./page.ts";

const root = join(import.meta.dirname, "../..");
const isThere = (path: string): boolean => existsSync(join(root, path));
const read = (path: string): string | undefined => (isThere(path) ? readFileSync(join(root, path), "utf8") : undefined);
const pageAt = (path: string): Page => ({ path, text: read(path) ?? "", read });

const manual = globSync("docs/manual/*.md", { cwd: root }).toSorted();
const providers = globSync("docs/manual/providers/*.md", { cwd: root }).toSorted();
const written = [...manual, ...providers, "docs/errors.md", "examples/README.md"].map(pageAt);
// The front page is checked, too, as soon as it quotes a listing.
const front = [pageAt("README.md")].filter((page) => listingsOf(page).length > 0);
const pages = [...written, ...front];

test("every TypeScript block of the manual is its listing, word for word", () => {
  assert.deepEqual(pages.flatMap(listingProblems), []);
  assert.ok(pages.flatMap(listingsOf).length > 40);
});

test("every message in the manual is in the sources", () => {
  const sources = globSync("packages/*/src/**/*.ts", { cwd: root }).map((path) => read(path) ?? "");
  assert.deepEqual(
    pages.flatMap((page) => messageProblems(page, sources.join("\n"))),
    [],
  );
});

test("every link leads to a file and a heading", () => {
  assert.deepEqual(
    pages.flatMap((page) => linkProblems(page, isThere)),
    [],
  );
});

test("every listing is quoted by a page and run by a test", () => {
  const quoted = new Set(pages.flatMap(listingsOf));
  const listings = globSync("docs/manual/listing/{[0-9]*.ts,[0-9]*/*.ts}", { cwd: root }).filter(
    (path) => !path.endsWith(".test.ts"),
  );
  assert.ok(listings.length > 9);
  for (const listing of listings) {
    assert.ok(quoted.has(listing), `quote ${listing} on a page`);
    const tests = globSync("docs/manual/listing/*.test.ts", { cwd: root });
    const named = listing.slice("docs/manual/listing/".length);
    assert.ok(
      tests.some((path) => read(path)?.includes(`"./${named}"`)),
      `import ${listing} in a test`,
    );
  }
});

test("the index lists every page, in order", () => {
  const index = read("docs/manual/README.md") ?? "";
  const links = [...index.matchAll(/\]\((\d\d-[^)#]+\.md)\)/g)].map(([, target]) => target);
  assert.deepEqual(
    links,
    manual.map((path) => basename(path)).filter((name) => name !== "README.md"),
  );
});

test("the page about providers links to the page of each", () => {
  const index = read("docs/manual/30-providers.md") ?? "";
  const links = new Set([...index.matchAll(/\]\((providers\/[^)#]+\.md)\)/g)].map(([, target]) => `docs/manual/${target}`));
  assert.deepEqual([...links].toSorted(), providers);
});

const files: Readonly<Record<string, string>> = {
  "a/x.ts": "const a = 1;\n// #region b\nconst b = 2;\n// #endregion\n",
};
const pageOf = (text: string): Page => ({ path: "a/page.md", text, read: (path) => files[path] });

test("the check finds a block that differs, names no listing, or names a missing one", () => {
  const block = (comment: string, text: string): Page => pageOf(`${comment}\n\n\`\`\`ts\n${text}\n\`\`\`\n`);
  assert.deepEqual(listingProblems(block("<!-- listing: x.ts#b -->", "const b = 2;")), []);
  assert.deepEqual(listingProblems(block("<!-- listing: x.ts -->", "const a = 1;\nconst b = 2;")), []);
  assert.equal(listingProblems(block("<!-- listing: x.ts#b -->", "const b = 3;")).length, 1);
  assert.equal(listingProblems(block("<!-- listing: x.ts#c -->", "const b = 2;")).length, 1);
  assert.equal(listingProblems(block("<!-- listing: y.ts -->", "const b = 2;")).length, 1);
  assert.equal(listingProblems(block("", "const b = 2;")).length, 1);
});

test("the check finds a message that is not in the sources, and a link that leads nowhere", () => {
  const quoting = pageOf("<!-- message -->\n\n```text\nno such thing\n```\n");
  assert.equal(messageProblems(quoting, "throw no such thing").length, 0);
  assert.equal(messageProblems(quoting, "throw another").length, 1);
  const filledIn = pageOf("<!-- message: path.id -->\n\n```text\nan id (path.id) is open\n```\n");
  assert.equal(messageProblems(filledIn, "`an id (${ids}) is open`").length, 0);
  assert.equal(messageProblems(filledIn, "`an id (${ids}) is closed`").length, 1);
  assert.equal(messageProblems(filledIn, "`an id (other) is open`").length, 1);
  const linking = pageOf("# A title\n[one](x.ts) [two](#a-title) [three](y.ts) [four](#b)");
  assert.deepEqual(
    linkProblems(linking, (path) => path in files || path === "a/page.md"),
    ["a/page.md: y.ts leads nowhere", "a/page.md: #b names no heading"],
  );
});
