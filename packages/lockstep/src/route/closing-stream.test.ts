import test from "node:test";
import assert from "node:assert/strict";
import { createApi, get, resource, stream } from "../index.ts";
const log: string[] = [];
const errors: unknown[] = [];
const make = (fail: boolean) =>
  resource({}, async function* () {
    log.push("open");
    try {
      yield log;
    } catch (e) {
      log.push("rollback " + (e as Error).name);
      throw e;
    }
    if (fail) throw new TypeError("commit");
    log.push("commit");
  });
const ok = make(false),
  bad = make(true);
const waiting = async function* () {
  yield "a";
  await new Promise(() => {});
  yield "b";
};
const api = createApi({
  title: "x",
  version: "1",
  audit: () => {},
  onError: (e) => void errors.push(e),
  routes: [
    get("/commit", { public: "t", deps: { bad } }, () => stream(["a"], { type: "text/plain" })),
    get("/waiting", { public: "t", deps: { ok } }, () => stream(waiting(), { type: "text/plain" })),
    get("/error", { public: "t", deps: { ok } }, () =>
      stream(
        (async function* () {
          yield "a";
          throw new TypeError("mid");
        })(),
        { type: "text/plain" },
      ),
    ),
  ],
});
const ask = (p: string) => api.fetch(new Request("http://a" + p));
test("commit fails after last byte: broken off", async () => {
  await assert.rejects((await ask("/commit")).text(), TypeError);
  assert.equal(errors.length, 1);
});
test("reader leaves while a piece is awaited: closes at once", async () => {
  log.length = 0;
  const r = (await ask("/waiting")).body!.getReader();
  await r.read();
  void r.read();
  await new Promise((d) => setTimeout(d, 5));
  await r.cancel();
  await new Promise((d) => setTimeout(d, 5));
  assert.deepEqual(log, ["open", "rollback ReaderGone"]);
});
test("unread", async () => {
  log.length = 0;
  await (await ask("/waiting")).body!.cancel();
  assert.deepEqual(log, ["open", "rollback ReaderGone"]);
});
test("mid-stream error is reported", async () => {
  errors.length = 0;
  await assert.rejects((await ask("/error")).text(), TypeError);
  assert.equal(errors.length, 1);
});
