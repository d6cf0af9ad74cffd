/** Notes over HTTP: each user has their own. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { serveFetch } from "lockstep/fetch";
import { type Answer, hosts, type Notes, startNotes } from "./notes.fixture.ts";

const noId = "00000000-0000-4000-8000-000000000000";

for (const host of hosts) {
  suite(`notes, ${host}`, () => {
    test("a note is written, read, changed and deleted by its owner", async (t) => {
      const { ask, token, alice } = await startNotes(t, host);
      const mine = await token(alice);
      const written = await ask("POST", "/notes", { token: mine, json: { text: "first" } });
      const { id, createdAt } = written.body;
      assert.equal(written.status, 201);
      assert.equal(written.headers.get("location"), `/notes/${String(id)}`);
      assert.deepEqual(written.body, { id, text: "first", createdAt, updatedAt: createdAt });
      assert.ok(Math.abs(Date.parse(String(createdAt)) - Date.now()) < 60_000);
      assert.deepEqual((await ask("GET", `/notes/${String(id)}`, { token: mine })).body, written.body);

      const changed = await ask("PATCH", `/notes/${String(id)}`, { token: mine, json: { text: "second" } });
      assert.deepEqual([changed.status, changed.body["text"], changed.body["createdAt"]], [200, "second", createdAt]);
      assert.deepEqual((await ask("GET", `/notes/${String(id)}`, { token: mine })).body, changed.body);

      const deleted = await ask("DELETE", `/notes/${String(id)}`, { token: mine });
      assert.deepEqual([deleted.status, deleted.text], [204, ""]);
      assert.equal((await ask("GET", `/notes/${String(id)}`, { token: mine })).status, 404);
    });

    test("another user's note and a missing one are byte-identical, for every method", async (t) => {
      const { ask, token, alice, bob, admin, store } = await startNotes(t, host);
      const note = await store.notes.add(bob.id, "bob's");
      for (const [method, json] of [["GET"], ["PATCH", { text: "mine now" }], ["DELETE"]] as const) {
        for (const caller of [alice, admin]) {
          const credential = await token(caller);
          const theirs = await ask(method, `/notes/${note.id}`, { token: credential, json });
          const missing = await ask(method, `/notes/${noId}`, { token: credential, json });
          assert.deepEqual([theirs.status, theirs.text, stable(theirs)], [404, missing.text, stable(missing)]);
        }
      }
      assert.deepEqual(await store.notes.find(note.id), note);
      assert.equal((await ask("DELETE", `/notes/${note.id}`, { token: await token(bob) })).status, 204);
    });

    test("reading needs notes:read and changing needs notes:write, and the answer says nothing about the note", async (t) => {
      const { ask, token, alice, store } = await startNotes(t, host);
      const { id } = await store.notes.add(alice.id, "mine");
      const attempts = [
        ["GET", "/notes", "notes:read"],
        ["GET", `/notes/${id}`, "notes:read"],
        ["POST", "/notes", "notes:write", { text: "x" }],
        ["PATCH", `/notes/${id}`, "notes:write", { text: "x" }],
        ["DELETE", `/notes/${id}`, "notes:write"],
      ] as const;
      for (const [method, path, scope, json] of attempts) {
        const other = scope === "notes:read" ? "notes:write" : "notes:read";
        for (const where of [path, path.replace(id, noId)]) {
          const refused = await ask(method, where, { token: await token(alice, other), json });
          assert.deepEqual([refused.status, refused.body["code"]], [403, "insufficient_scope"], `${method} ${where}`);
        }
        assert.ok((await ask(method, path, { token: await token(alice, scope), json })).status < 300, `${method} ${path}`);
      }
    });

    test("a list contains only the caller's own notes, newest first, in pages", async (t) => {
      const { ask, token, alice, bob, store } = await startNotes(t, host);
      for (let index = 1; index <= 25; index += 1) await store.notes.add(index % 5 === 0 ? bob.id : alice.id, `note ${index}`);
      const mine = await token(alice);
      const texts = async (query: string): Promise<unknown[]> => textsOf(await ask("GET", `/notes${query}`, { token: mine }));
      assert.deepEqual(await texts("?limit=3"), ["note 24", "note 23", "note 22"]);
      assert.deepEqual(await texts("?limit=3&offset=3"), ["note 21", "note 19", "note 18"]);
      assert.deepEqual(await texts("?offset=19"), ["note 1"]);
      assert.deepEqual(await texts("?offset=1000"), []);
      const { body } = await ask("GET", "/notes", { token: mine });
      assert.deepEqual([body["limit"], body["offset"], textsOf({ body }).length], [20, 0, 20]);
      assert.ok(!JSON.stringify(body).includes(bob.id) && !JSON.stringify(body).includes("ownerId"));
    });

    test("limit and offset have bounds", async (t) => {
      const { ask, token, alice } = await startNotes(t, host);
      const mine = await token(alice);
      for (const query of [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=1.5",
        "offset=-1",
        "offset=1e999",
        "offset=9007199254740993",
      ]) {
        assert.equal((await ask("GET", `/notes?${query}`, { token: mine })).status, 422, query);
      }
      assert.equal((await ask("GET", "/notes?limit=1&limit=2", { token: mine })).status, 400);
      for (const query of ["limit=1", "limit=100", "offset=9007199254740991"]) {
        assert.equal((await ask("GET", `/notes?${query}`, { token: mine })).status, 200, query);
      }
    });

    test("an invalid body is refused with a pointer and changes nothing", async (t) => {
      const notes = await startNotes(t, host);
      const { ask, token, alice, store } = notes;
      const note = await store.notes.add(alice.id, "mine");
      const mine = await token(alice);
      const bodies = [
        [{ text: "x", ownerId: notes.bob.id }, "/ownerId"],
        [{ text: 1 }, "/text"],
        [{}, "/text"],
        [{ text: "" }, "/text"],
        // Not every database can store U+0000.
        [{ text: "a\u0000b" }, "/text"],
        [{ text: "x".repeat(10_001) }, "/text"],
      ] as const;
      for (const [json, pointer] of bodies) {
        for (const [method, path] of [
          ["POST", "/notes"],
          ["PATCH", `/notes/${note.id}`],
        ] as const) {
          const { status, body } = await ask(method, path, { token: mine, json });
          assert.deepEqual([status, pointersOf(body)], [422, [pointer]], `${method} ${pointer}`);
        }
      }
      assert.deepEqual(await store.notes.list(alice.id, { limit: 100, offset: 0 }), [note]);
    });

    test("returns a text exactly as it was sent", async (t) => {
      const { ask, token, alice } = await startNotes(t, host);
      const mine = await token(alice);
      for (const text of ["'); DROP TABLE notes_notes; --", "a\u0001b", "𝒳 é e\u0301 \u202e", "</script>", " "]) {
        const { body } = await ask("POST", "/notes", { token: mine, json: { text } });
        assert.equal((await ask("GET", `/notes/${String(body["id"])}`, { token: mine })).body["text"], text);
      }
    });

    test("concurrent requests do not mix", async (t) => {
      const notes = await startNotes(t, host);
      const { ask, token, alice, bob, store } = notes;
      const tokens = [await token(alice), await token(bob)] as const;
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          ask("POST", "/notes", { token: tokens[index % 2 === 0 ? 0 : 1], json: { text: `${index}` } }),
        ),
      );
      assert.ok(answers.every(({ status }) => status === 201));
      for (const [user, rest] of [
        [alice, 0],
        [bob, 1],
      ] as const) {
        const texts = (await store.notes.list(user.id, { limit: 100, offset: 0 })).map(({ text }) => Number(text));
        assert.deepEqual(
          texts.toSorted((a, b) => a - b),
          Array.from({ length: 30 }, (_, index) => 2 * index + rest),
        );
      }
    });
  });
}

test("a change is 404 if the note is deleted while the change is on its way", async (t) => {
  const notes = await startNotes(t);
  const note = await notes.store.notes.add(notes.alice.id, "mine");
  const changing = await changeSlowly(notes, note.id);
  await notes.store.notes.remove(note);
  const { status, text } = await changing();
  const missing = await notes.ask("GET", `/notes/${noId}`, { token: await notes.token(notes.alice) });
  assert.deepEqual([status, text], [404, missing.text]);
});

/** Sends a change whose body ends only when the returned function is called, after the guards have loaded the note. */
async function changeSlowly({ api, token, alice }: Notes, id: string): Promise<() => Promise<{ status: number; text: string }>> {
  let end = (): void => {};
  let isRead = (): void => {};
  const reading = new Promise<void>((resolve) => (isRead = resolve));
  const body = new ReadableStream(
    {
      pull(controller) {
        isRead();
        return new Promise((resolve) => {
          end = () => {
            controller.enqueue(new TextEncoder().encode('{"text":"late"}'));
            controller.close();
            resolve();
          };
        });
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { authorization: `Bearer ${await token(alice)}`, "content-type": "application/json" };
  const answer = serveFetch(api, { address: () => "127.0.0.1" })(
    new Request(`http://notes.test/notes/${id}`, { method: "PATCH", headers, body, duplex: "half" }),
  );
  await reading;
  return async () => {
    end();
    const response = await answer;
    return { status: response.status, text: await response.text() };
  };
}

function textsOf({ body }: Pick<Answer, "body">): unknown[] {
  // If it is not a list of notes, the test fails.
  return (body["items"] as { readonly text: string }[]).map(({ text }) => text);
}

function pointersOf(body: Answer["body"]): unknown[] {
  // If it is not a list of issues, the test fails.
  return (body["errors"] as { readonly pointer: string }[]).map(({ pointer }) => pointer);
}

/** Returns the headers without those that differ from answer to answer. */
function stable({ headers }: Answer): object {
  return Object.fromEntries([...headers].filter(([name]) => name !== "x-request-id" && name !== "date"));
}
