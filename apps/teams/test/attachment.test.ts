/** Attachments: bytes that come back as they were sent, in parts and versions, and uploads that break off. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { all, sql } from "lockstep-identity/database";
import { attachments, removeUnfinished } from "../src/project/attachment.ts";
import { databaseKinds } from "./database.fixture.ts";
import { type Answer, ask, formOf, type Ids, problemOf, startTeams, textOf, type Teams } from "./teams.fixture.ts";

const sizes = sql("SELECT length(bytes) AS size FROM pieces WHERE attachment_id = :id ORDER BY start");
const rows = sql("SELECT count(*) AS count FROM attachments WHERE task_id = :task");
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
/** No two parts of it are alike. */
const large = Uint8Array.from({ length: 150_000 }, (_, index) => (index * index) >> 7);

const pathOf = ({ organisation, project, task }: Ids): string =>
  `/organisations/${organisation}/projects/${project}/tasks/${task}/attachments`;
const upload = ({ as, acme }: Teams, form: FormData): Promise<Answer> => ask(as("member"), `POST ${pathOf(acme)}`, { body: form });
const listed = async ({ as, acme }: Teams) => (await ask(as("viewer"), `GET ${pathOf(acme)}`)).body;

/** Downloads an attachment. */
const download = ({ as, acme }: Teams, id: string, headers: Record<string, string> = {}): Promise<Response> =>
  as("viewer")(new Request(`http://teams.test${pathOf(acme)}/${id}`, { headers }));
const bytesOf = async (answer: Response): Promise<Uint8Array> => new Uint8Array(await answer.arrayBuffer());

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);

  suite(`attachments on ${kind}`, () => {
    test("come back byte for byte, in pieces of 64 KiB, with their name, type, size and version", async (t) => {
      const teams = await (await started).begin(t);
      const { status, body } = await upload(teams, formOf(large, "../pläne.bin", "application/octet-stream"));
      assert.equal(status, 201);
      const id = textOf(body, "id");
      assert.deepEqual([body["name"], body["type"], body["size"]], ["pläne.bin", "application/octet-stream", large.length]);
      const stored = await teams.store.system(() => all(sizes, { id }));
      assert.deepEqual(
        stored.map(({ size }) => size),
        [65_536, 65_536, 18_928],
      );
      const answer = await download(teams, id);
      assert.deepEqual(await bytesOf(answer), large);
      const kept = ["content-type", "content-length", "content-disposition", "etag", "x-content-type-options"];
      assert.deepEqual(
        kept.map((name) => answer.headers.get(name)),
        [
          "application/octet-stream",
          `${large.length}`,
          `inline; filename="pl_ne.bin"; filename*=UTF-8''pl%C3%A4ne.bin`,
          `"${id}"`,
          "nosniff",
        ],
      );
    });

    test("are sent in parts, also across pieces, and not again to a client that has them", async (t) => {
      const teams = await (await started).begin(t);
      const id = textOf((await upload(teams, formOf(large, "a.bin", "application/octet-stream"))).body, "id");
      for (const [range, start, end] of [
        ["bytes=0-0", 0, 1],
        ["bytes=65535-65536", 65_535, 65_537],
        ["bytes=65000-140000", 65_000, 140_001],
        ["bytes=-5", large.length - 5, large.length],
      ] as const) {
        const answer = await download(teams, id, { range });
        assert.equal(answer.status, 206);
        assert.deepEqual(await bytesOf(answer), large.slice(start, end), range);
      }
      assert.equal((await download(teams, id, { range: "bytes=150000-" })).status, 416);
      assert.equal((await download(teams, id, { "if-none-match": `"${id}"` })).status, 304);
      assert.equal((await download(teams, id, { "if-none-match": '"other"' })).status, 200, "the control: another version");
    });

    test("may be empty", async (t) => {
      const teams = await (await started).begin(t);
      const id = textOf((await upload(teams, formOf(""))).body, "id");
      const answer = await download(teams, id);
      assert.deepEqual([answer.status, await answer.text()], [200, ""]);
    });

    test("are of a type that runs nothing, and pictures begin as pictures (CWE-434)", async (t) => {
      const teams = await (await started).begin(t);
      const page = "<script>alert(1)</script>";
      for (const type of ["text/html", "image/svg+xml", "text/javascript", "application/xml", "image/png"])
        assert.deepEqual(problemOf(await upload(teams, formOf(page, "a.png", type))), [415, "unsupported_media_type"], type);
      assert.equal((await upload(teams, formOf(png, "a.png", "image/png"))).status, 201, "the control: a picture");
    });

    test("have at most 10 MiB, and are one for each upload", async (t) => {
      const teams = await (await started).begin(t);
      const before = await listed(teams);
      const most = 10 * 1024 * 1024;
      const sent = async (bytes: number) =>
        problemOf(await upload(teams, formOf(new Uint8Array(bytes), "a.bin", "application/octet-stream")))[0];
      assert.deepEqual([await sent(most + 1), await listed(teams)], [413, before]);
      const two = formOf("one");
      two.append("file", new Blob(["two"], { type: "text/plain" }), "b.txt");
      assert.deepEqual([(await upload(teams, two)).status, await listed(teams)], [413, before]);
      assert.equal((await upload(teams, new FormData())).status, 422);
      assert.equal(await sent(most), 201, "the control: the largest file");
    });

    test("whose upload broke off are found by nobody, and removed after a day", async (t) => {
      const teams = await (await started).begin(t);
      const { acme, store, as } = teams;
      assert.equal((await upload(teams, formOf(new Uint8Array(11_000_000), "a.bin", "application/octet-stream"))).status, 413);
      const unfinished = await store.system(() => all(sql("SELECT id FROM attachments WHERE size IS NULL")));
      const id = String(unfinished[0]?.["id"]);
      assert.equal(unfinished.length, 1);
      assert.equal((await download(teams, id)).status, 404);
      assert.equal((await ask(as("member"), `DELETE ${pathOf(acme)}/${id}`)).status, 404);
      const left = async (days: number) => {
        await removeUnfinished(teams, () => Date.now() + days * 24 * 3600 * 1000);
        const [row] = await store.system(() => all(rows, { task: acme.task }));
        return [row?.["count"], (await store.system(() => all(sizes, { id }))).length > 0];
      };
      assert.deepEqual(await left(0.9), [2, true]);
      assert.deepEqual(await left(1.1), [1, false], "the attachment that is whole stays");
    });

    test("go with their task, and their bytes with them", async (t) => {
      const teams = await (await started).begin(t);
      const { as, acme, store } = teams;
      assert.equal((await store.system(() => all(sizes, { id: acme.attachment }))).length, 1);
      assert.equal((await ask(as("member"), `DELETE ${pathOf(acme).replace("/attachments", "")}`)).status, 204);
      assert.equal((await store.system(() => all(sizes, { id: acme.attachment }))).length, 0);
    });

    test("hold no transaction while a client reads slowly, and break off if they are removed meanwhile", async () => {
      const teams = await started;
      const { as, acme, store } = teams;
      const id = textOf((await upload(teams, formOf(new Uint8Array(2_000_000), "a.bin", "application/octet-stream"))).body, "id");
      const reader = (await download(teams, id)).body?.getReader();
      assert.equal((await reader?.read())?.done, false);
      // SQLite has one connection, on which a second transaction would fail.
      assert.equal((await store.system(() => attachments.find({ id })))?.size, 2_000_000);
      assert.equal((await ask(as("member"), `DELETE ${pathOf(acme)}/${id}`)).status, 204);
      await assert.rejects(async () => {
        while ((await reader?.read())?.done === false);
      });
    });
  });
}
