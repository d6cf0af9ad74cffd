/** API keys: their format, and which of them open the API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { generateApiKey, isSameKey, parseApiKey, storedApiKey } from "../src/api-key.ts";
import { addApiKey, startNotes } from "./notes.fixture.ts";

function parsed(text: string) {
  const parts = parseApiKey(new Redacted(text));
  return parts && { id: parts.id, secret: parts.secret.reveal() };
}

test("a key is prefix, environment, id, secret and checksum, and no two are alike", () => {
  const keys = Array.from({ length: 200 }, () => generateApiKey("live").reveal());
  assert.equal(new Set(keys).size, 200);
  for (const key of keys) {
    assert.match(key, /^notes_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
    const [, , id, secret] = key.split("_");
    assert.deepEqual(parsed(key), { id, secret });
  }
  assert.match(generateApiKey("demo").reveal(), /^notes_demo_/);
});

test("the checksum finds every single wrong character", () => {
  const key = generateApiKey("live").reveal();
  for (let index = 0; index < key.length; index += 1) {
    const other = key[index] === "x" ? "y" : "x";
    assert.equal(parsed(`${key.slice(0, index)}${other}${key.slice(index + 1)}`), undefined, `${index}`);
  }
});

test("only the key itself is the same key", () => {
  const [one, two] = [generateApiKey("live"), generateApiKey("live")].map((key) => parseApiKey(key));
  assert.ok(one !== undefined && two !== undefined);
  const stored = storedApiKey(one, "billing");
  assert.equal(isSameKey(one, stored), true);
  assert.equal(isSameKey({ id: one.id, secret: two.secret }, stored), false);
  assert.equal(isSameKey(one, undefined), false);
});

test("a mistyped key is refused without asking the store, a wrong one after; the answer is the same", async (t) => {
  const notes = await startNotes(t);
  const find = t.mock.method(notes.store.apiKeys, "find");
  const [prefix, env, id, secret = "", check] = notes.apiKey.split("_");
  const mistyped = [
    [prefix, env, id, secret.replace(/^./, (first) => (first === "a" ? "b" : "a")), check].join("_"),
    notes.apiKey.toLowerCase(),
    notes.apiKey.slice(0, -1),
    `${notes.apiKey}0`,
    "changeme",
    "x".repeat(5000),
  ];
  const answers = [];
  for (const key of mistyped) answers.push(await notes.ask("GET", "/v1/data", { key }));
  assert.equal(find.mock.callCount(), 0);
  answers.push(await notes.ask("GET", "/v1/data", { key: generateApiKey("live").reveal() }));
  assert.equal(find.mock.callCount(), 1);
  for (const { status, text } of answers) assert.deepEqual([status, text], [401, answers[0]?.text]);
  assert.equal((await notes.ask("GET", "/v1/data", { key: notes.apiKey })).status, 200);
});

test("keys are told apart by their whole id, and one that is removed is refused at once", async (t) => {
  const { ask, store, apiKey } = await startNotes(t);
  const other = addApiKey(store, "reports");
  assert.equal((await ask("GET", "/v1/data", { key: other })).body["data"], "reports");
  assert.equal((await ask("GET", "/v1/data", { key: apiKey })).body["data"], "billing");
  store.apiKeys.removeNamed("billing");
  assert.equal((await ask("GET", "/v1/data", { key: apiKey })).status, 401);
  assert.equal((await ask("GET", "/v1/data", { key: other })).status, 200);
});
