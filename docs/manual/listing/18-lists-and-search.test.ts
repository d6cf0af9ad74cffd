import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { api, db } from "./18-lists-and-search.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { tokenOf } from "./setting.ts";

const [alice, bob] = await Promise.all([tokenOf("alice"), tokenOf("bob")]);
const project = "5f0c8a52-6a3e-4a53-9b0e-3c1f2d4e5f60";
const insert = db.prepare("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)");
const write = (owner: string, text: string, { at = 0, status = "open", of = null as string | null } = {}): void => {
  insert.run(crypto.randomUUID(), owner, of, status, text, at);
};
for (let at = 1; at <= 5; at += 1) write("alice", `note ${at}`, { at: Math.ceil(at / 2), of: at === 4 ? project : null });
write("alice", "100% done", { at: 9, status: "done" });
write("bob", "Bob's secret note", { at: 10, of: project });

const Notes = z.object({ items: z.array(z.object({ text: z.string() })), next: z.string().nullable(), total: z.int() });
const listOf = async (query: string, token = alice) => {
  const { items, next, total } = Notes.parse((await ask(api, `GET /notes?${query}`, { token })).body);
  return { texts: items.map(({ text }) => text), next, total };
};

test("a list, its count and its search contain the caller's own notes only", async () => {
  // #region canary
  for (const query of ["", "limit=100&sort=oldest", "search=secret", "status=open", `projectId=${project}`]) {
    const { body } = await ask(api, `GET /notes?${query}`, { token: alice });
    assert.ok(!JSON.stringify(body).includes("Bob's secret"), query);
  }
  assert.equal((await listOf("search=secret", alice)).total, 0); // a count leaks, too
  assert.equal((await listOf("search=secret", bob)).total, 1); // the control: Bob finds his note
  // #endregion
  assert.deepEqual((await listOf(`projectId=${project}`)).texts, ["note 4"]);
  assert.equal(await outcome(api, "GET /notes"), "401 unauthenticated");
});

test("pages follow one another without a gap, also when two notes have the same time", async () => {
  const seen: string[] = [];
  let query = "status=open&sort=oldest&limit=2";
  for (;;) {
    const { texts, next, total } = await listOf(query);
    assert.equal(total, 5);
    seen.push(...texts);
    if (next === null) break;
    query = `status=open&sort=oldest&limit=2&cursor=${next}`;
  }
  assert.deepEqual(seen.toSorted(), ["note 1", "note 2", "note 3", "note 4", "note 5"]);
  const first = await listOf("limit=1");
  assert.deepEqual(first.texts, ["100% done"]);
  assert.equal((await listOf(`limit=1&cursor=${first.next}`)).texts[0], (await listOf("limit=2")).texts[1]);
});

test("somebody else's cursor is a position, and shows nothing of theirs", async () => {
  const bobs = `20_${crypto.randomUUID()}`;
  assert.deepEqual((await listOf(`cursor=${bobs}&limit=1`)).texts, ["100% done"]);
});

test("search text is text, whatever signs it contains", async () => {
  assert.deepEqual((await listOf("search=100%25")).texts, ["100% done"]);
  assert.deepEqual((await listOf("search=%25%25")).texts, []);
  assert.deepEqual((await listOf("search=__")).texts, []);
  assert.deepEqual((await listOf(`search=${encodeURIComponent("' OR '1'='1")}`)).texts, []);
});

test("values outside of the declared ones are refused", async () => {
  // #region refused
  assert.equal(await outcome(api, "GET /notes?sort=newest&limit=100", { token: alice }), "200");

  assert.equal(await outcome(api, "GET /notes?sort=owner_id", { token: alice }), "422 invalid_input");
  assert.equal(await outcome(api, "GET /notes?limit=100000", { token: alice }), "422 invalid_input");
  assert.equal(await outcome(api, "GET /notes?cursor=1;DROP", { token: alice }), "422 invalid_input");
  assert.equal(await outcome(api, "GET /notes?sort=newest&sort=oldest", { token: alice }), "400 repeated_parameter");
  // #endregion
  assert.equal(await outcome(api, "GET /notes?search=a", { token: alice }), "422 invalid_input");
  assert.equal(await outcome(api, "GET /notes?status=deleted", { token: alice }), "422 invalid_input");
});
