import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { after, test } from "node:test";
import { api, folder } from "./19-uploads-and-downloads.ts";
import { ask, outcome } from "./ask.fixture.ts";
import { notes, tokenOf } from "./setting.ts";

after(() => rm(folder, { recursive: true }));

const [alice, bob] = await Promise.all([tokenOf("alice"), tokenOf("bob")]);
const noteOf = (owner: string): string => [...notes.values()].find((note) => note.ownerId === owner)?.id ?? "";
const start = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const picture = (bytes: number, type = "image/png") =>
  new File([Uint8Array.from({ length: bytes }, (_, at) => start[at] ?? at % 256)], "../../holiday.png", { type });

const form = (entries: Readonly<Record<string, string | File>>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(entries)) data.append(name, value);
  return data;
};
const send = (entries: Readonly<Record<string, string | File>>, token = alice) =>
  outcome(api, "POST /pictures", { token, raw: form(entries) });
const noteId = noteOf("alice");
const title = "Holiday";

test("an upload is stored for the owner of the note that its fields name", async () => {
  // #region uploads
  assert.equal(await send({ noteId, title, picture: picture(1000) }), "201");

  assert.equal(await send({ noteId: noteOf("bob"), title, picture: picture(1000) }), "404 not_found"); // not Alice's note
  assert.equal(await send({ noteId, title, picture: picture(1_000_001) }), "413 too_large");
  assert.equal(await send({ noteId, title, picture: picture(1000, "text/html") }), "415 unsupported_media_type");
  assert.equal(
    await send({ noteId, title, picture: new File(["<script>"], "a.png", { type: "image/png" }) }),
    "415 unsupported_media_type",
  );
  assert.equal(await send({ noteId, title }), "422 invalid_input"); // the file is missing
  assert.equal(await send({ noteId, picture: picture(1000), title }), "422 invalid_input"); // a field comes after the file
  assert.equal(await send({ noteId, title, isAdmin: "true", picture: picture(1000) }), "422 invalid_input");
  // #endregion
  assert.equal((await readdir(folder)).length, 1, "only the first upload left a file");
  assert.equal(
    await outcome(api, "POST /pictures", { raw: form({ noteId, title, picture: picture(1000) }) }),
    "401 unauthenticated",
  );
  assert.equal(await outcome(api, "POST /pictures", { token: alice, json: { noteId, title } }), "415 unsupported_media_type");
});

test("a body that is one file is read in pieces, up to its limit", async () => {
  const record = (raw: string, type: string, more = {}) =>
    ask(api, "PUT /me/recording", { token: alice, raw, headers: { "content-type": type, ...more } });
  assert.deepEqual((await record("OggS…", "audio/ogg")).body, new TextEncoder().encode("OggS…").length);
  assert.equal((await record("MP3", "audio/mpeg")).status, 415);
  assert.equal((await record("OggS", "audio/ogg", { "content-length": "200000001" })).status, 413);
});

test("a download has a name, a version and parts, and nobody else finds it", async () => {
  const { body } = await ask(api, "POST /pictures", { token: alice, raw: form({ noteId, title, picture: picture(1000) }) });
  const [{ id }] = body as [{ readonly id: string }];
  // #region downloads
  const whole = await ask(api, `GET /pictures/${id}`, { token: alice });
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get("content-disposition"), 'attachment; filename="holiday.png"');
  const etag = whole.headers.get("etag") ?? "";

  const part = await ask(api, `GET /pictures/${id}`, { token: alice, headers: { range: "bytes=900-" } });
  assert.deepEqual([part.status, part.headers.get("content-range")], [206, "bytes 900-999/1000"]);

  assert.equal(await outcome(api, `GET /pictures/${id}`, { token: alice, headers: { "if-none-match": etag } }), "304");
  assert.equal((await ask(api, `GET /pictures/${id}`, { token: alice, headers: { range: "bytes=1000-" } })).status, 416);
  assert.equal(await outcome(api, `GET /pictures/${id}`, { token: bob }), "404 not_found");
  // #endregion
  assert.equal(whole.headers.get("content-length"), "1000");
  assert.equal(await outcome(api, `GET /pictures/${id}`), "401 unauthenticated");
  // #region redirects
  const { status, headers } = await ask(api, `GET /pictures/${id}/original`, { token: alice });
  assert.equal(status, 303);
  assert.match(headers.get("location") ?? "", /^https:\/\/files\.example\/.+&signature=/);
  assert.equal(headers.get("cache-control"), "no-store"); // the address is a credential

  assert.equal(await outcome(api, `GET /pictures/${id}/original`, { token: bob }), "404 not_found");
  // #endregion
});

test("a table contains the caller's rows, and no formula runs in it", async (t) => {
  const note = { id: crypto.randomUUID(), ownerId: "alice", team: "red", text: '=HYPERLINK("https://evil.example")' };
  notes.set(note.id, note);
  t.after(() => notes.delete(note.id));
  const { body, headers } = await ask(api, "GET /notes.csv", { token: alice });
  assert.equal(headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(body, `id,Text\r\n${noteId},Alice's note\r\n${note.id},"'=HYPERLINK(""https://evil.example"")"\r\n`);
});
