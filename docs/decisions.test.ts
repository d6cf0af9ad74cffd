import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs/decisions");
const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
const numberOf = (name: string): number => Number(name.slice(0, 4));

test("each decision has a number of its own, which its title begins with", () => {
  assert.ok(files.length > 30);
  for (const { name, text } of files) {
    assert.match(name, /^\d{4}-[a-z0-9-]+\.md$/);
    assert.ok(text.startsWith(`# ${numberOf(name)}. `), name);
  }
  const numbers = files.map(({ name }) => numberOf(name));
  assert.deepEqual(
    numbers.filter((number, index) => numbers.indexOf(number) !== index),
    [],
  );
});

test("a decision that is named by its number exists, and a link leads to the one of that number", () => {
  const numbers = new Set(files.map(({ name }) => numberOf(name)));
  const pages = globSync(["*.md", "docs/**/*.md", "packages/*/src/**/*.ts"], { cwd: root });
  const texts = pages.map((path) => readFileSync(join(root, path), "utf8"));
  const named = texts.flatMap((text) => [...text.matchAll(/\bdecisions? (\d+)(?: and (\d+))?/gi)]);
  assert.ok(named.length > 5);
  for (const [text, ...all] of named) {
    for (const number of all) assert.ok(number === undefined || numbers.has(Number(number)), text);
  }
  const links = texts.flatMap((text) => [...text.matchAll(/\[decision (\d+)\]\([^)]*?(\d{4})-[a-z0-9-]+\.md\)/gi)]);
  assert.ok(links.length > 3);
  for (const [text, said, linked] of links) assert.equal(Number(said), Number(linked), text);
});
