import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** The program that is loaded first, as `node --import` does it. */
const instrument = new URL("./24-instrument.ts", import.meta.url);
/** The program reports errors with `"./24-sentry.ts"`. */
const program = fileURLToPath(new URL("./sentry.fixture.ts", import.meta.url));

test("an error arrives at Sentry once, with the request's id, and without anything that the client sent", async (t) => {
  const envelopes: string[] = [];
  const ingest = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      envelopes.push((request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString());
      response.end("{}");
    });
  });
  await once(ingest.listen(0, "127.0.0.1"), "listening");
  t.after(() => ingest.close());
  const address = ingest.address();
  assert.ok(typeof address === "object" && address !== null);

  const env = { ...process.env, SENTRY_DSN: `http://public@127.0.0.1:${address.port}/1`, CANARY: "canary" };
  const child = spawn(process.execPath, ["--conditions=lockstep-source", "--import", instrument.href, program], {
    env,
    stdio: "inherit",
  });
  assert.deepEqual(await once(child, "exit"), [0, null]);

  const events = envelopes.filter((envelope) => envelope.includes("RangeError"));
  assert.equal(events.length, 1);
  assert.match(events[0] ?? "", /"request_id":"of-this-test"/);
  assert.match(events[0] ?? "", /"route":"GET \/invitations\/:token"/);
  assert.ok(!envelopes.join().includes("canary"));
});
