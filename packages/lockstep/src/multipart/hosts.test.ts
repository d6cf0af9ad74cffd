/** Uploads over real sockets, on every host. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { RawConnection, rawRequest } from "../host/raw-socket.fixture.ts";
import { eventually } from "../testing/eventually.ts";
import type { ServedApi } from "../testing/index.ts";
import { formType } from "./form-body.fixture.ts";
import { beforePlan, behindPlan, hosts, maxPlanBytes, mostInMemory, planApi, PlanStore, sendPlan } from "./upload-api.fixture.ts";

/** More than a machine's buffers for a connection, and quick to send. */
const largeBytes = 4 * 1024 * 1024;

for (const [name, serve] of Object.entries(hosts)) {
  describe(`an upload on ${name}`, () => {
    let store: PlanStore;
    let served: ServedApi;
    let socket: Socket | undefined;
    let readBefore = 0;
    let inMemory = 0;
    before(async () => {
      store = await PlanStore.open();
      const api = planApi(store, () => (inMemory = Math.max(inMemory, (socket?.bytesRead ?? 0) - readBefore - store.written)));
      served = await serve(api, (accepted) => (socket = accepted));
    });
    after(async () => {
      await served.close();
      await store.close();
    });
    beforeEach(() => {
      store.log.length = 0;
      inMemory = 0;
      readBefore = socket?.destroyed === false ? socket.bytesRead : 0;
    });

    const lines = ["X-Key: alice", `Content-Type: ${formType}`, "Transfer-Encoding: chunked"];
    const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
    const path = (target: string): string => `POST ${new URL(served.url).pathname.replace(/\/$/, "")}${target}`;

    /** Begins an upload on a connection of its own, and does not end it. */
    async function begin(target: string, ...texts: readonly string[]): Promise<RawConnection> {
      const connection = await RawConnection.open(served.url);
      connection.send(rawRequest(path(target), lines, texts.map(chunk).join("")));
      return connection;
    }

    test("is stored as it comes, with and without a length", async () => {
      for (const isAnnounced of [true, false]) {
        const { status, text, sha256 } = await sendPlan(served.url, 100_000, { isAnnounced });
        assert.equal(status, 200, text);
        assert.deepEqual(JSON.parse(text), { project: "p1", title: "House", name: "house.dwg", bytes: 100_000, sha256 });
      }
      assert.deepEqual(store.log, ["handler", "commit", "handler", "commit"]);
    });

    test("of some MiB is never in memory as a whole", async () => {
      const { status, sha256, text } = await sendPlan(served.url, largeBytes);
      assert.deepEqual([status, JSON.parse(text).bytes, JSON.parse(text).sha256], [200, largeBytes, sha256]);
      assert.ok(inMemory > 0 && inMemory <= mostInMemory, `${inMemory} bytes`);
    });

    test("for somebody else's project is 404 before its file is read; no handler runs", async () => {
      const connection = await begin("/plans", beforePlan("p2"), "the first bytes of a large file");
      assert.equal((await connection.next())?.status, 404);
      assert.deepEqual(store.log, ["object.hidden"]);
      connection.destroy();
    });

    test("without a credential is 401 before anything is read", async () => {
      const connection = await RawConnection.open(served.url);
      connection.send(rawRequest(path("/plans"), [`Content-Type: ${formType}`, "Content-Length: 1000000"]));
      assert.equal((await connection.next())?.status, 401);
      connection.destroy();
    });

    test("that announces too much is 413, and no handler runs", async () => {
      const connection = await RawConnection.open(served.url);
      const announced = ["X-Key: alice", `Content-Type: ${formType}`, `Content-Length: ${maxPlanBytes * 2}`];
      connection.send(rawRequest(path("/plans"), announced));
      assert.equal((await connection.next())?.status, 413);
      assert.deepEqual(store.log, []);
      connection.destroy();
    });

    test("whose file is followed by something else is 400 or 422 in the handler, and rolls back", async () => {
      const start = `${beforePlan()}plan`;
      for (const [rest, status, code] of [
        [`${behindPlan.slice(0, -4)}\r\nContent-Disposition: form-data; name="title"\r\n\r\nlater`, 400, "malformed_request"],
        [`${behindPlan.slice(0, -4)}\r\nContent-Disposition: form-data; name="virus"; filename="v"\r\n\r\n`, 422, "invalid_input"],
      ] as const) {
        store.log.length = 0;
        const connection = await begin("/plans", start, rest, behindPlan);
        assert.equal((await connection.next())?.status, status);
        assert.deepEqual(store.log, ["handler", `rollback ${code}`]);
        connection.destroy();
      }
    });

    test("that nobody reads is answered at once", async () => {
      const connection = await begin("/plans/unread", beforePlan(), "the first bytes");
      const answer = await connection.next();
      assert.deepEqual([answer?.status, answer?.body], [200, '{"title":"House"}']);
      assert.deepEqual(store.log, ["commit"]);
      connection.destroy();
    });

    test("whose client goes away rolls back, and is not an error of the application", async () => {
      const connection = await begin("/plans", beforePlan(), "the first bytes");
      await eventually(() => store.log.includes("handler"), 30_000, "the handler runs");
      connection.destroy();
      await eventually(() => store.log.length > 1, 30_000, "it rolls back");
      assert.deepEqual(store.log, ["handler", "rollback malformed_request"]);
    });

    test("that is compressed is 415, and nothing of it is read", async () => {
      for (const encoding of ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, identity"]) {
        const connection = await RawConnection.open(served.url);
        connection.send(rawRequest(path("/plans"), [...lines, `Content-Encoding: ${encoding}`], chunk(beforePlan())));
        assert.equal((await connection.next())?.status, 415, encoding);
        connection.destroy();
      }
      assert.deepEqual(store.log, []);
    });
  });
}
