/** A large upload over a real socket, on every host: it is stored whole, and hardly any of it is in memory. */
import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { hosts, mostInMemory, planApi, PlanStore, sendPlan } from "./upload-api.fixture.ts";

const largeBytes = 50 * 1024 * 1024;

for (const [name, serve] of Object.entries(hosts)) {
  test(`50 MiB are stored on ${name} with at most ${mostInMemory / 1024} KiB in memory`, async (t) => {
    const store = await PlanStore.open();
    let socket: Socket | undefined;
    let inMemory = 0;
    const api = planApi(store, () => (inMemory = Math.max(inMemory, (socket?.bytesRead ?? 0) - store.written)));
    const served = await serve(api, (accepted) => (socket = accepted));
    t.after(async () => {
      await served.close();
      await store.close();
    });
    const { status, text, sha256 } = await sendPlan(served.url, largeBytes);
    assert.equal(status, 200, text);
    assert.deepEqual([JSON.parse(text).bytes, JSON.parse(text).sha256], [largeBytes, sha256]);
    const [file = "", ...others] = await readdir(store.folder);
    assert.deepEqual([(await stat(join(store.folder, file))).size, others], [largeBytes, []]);
    t.diagnostic(`${inMemory} bytes in memory`);
    assert.ok(inMemory > 0 && inMemory <= mostInMemory, `${inMemory} bytes`);
  });
}
