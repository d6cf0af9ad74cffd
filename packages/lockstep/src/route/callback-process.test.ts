import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brokenSources, canary, places } from "./callback.fixture.ts";
import { combinations, nameOf, type Told } from "./callback-process.fixture.ts";

let child: ChildProcess;
let urls: Readonly<Record<string, string>> = {};
let printed = "";

before(async () => {
  const path = fileURLToPath(new URL("callback-process.fixture.ts", import.meta.url));
  child = fork(path, ["serve"], { execArgv: ["--conditions=lockstep-source"], stdio: ["ignore", "pipe", "pipe", "ipc"] });
  for (const output of [child.stdout, child.stderr]) output?.on("data", (data: Buffer) => (printed += data.toString()));
  const told = await next();
  assert.ok("urls" in told);
  urls = told.urls;
});

after(() => child.disconnect());

/** What the process tells next; it fails if the process ends instead. */
async function next(): Promise<Told> {
  const ended = new AbortController();
  const exit = once(child, "exit", { signal: ended.signal }).then(() => assert.fail(`the process ended: ${printed}`));
  try {
    const [told] = await Promise.race([once(child, "message", { signal: ended.signal }), exit]);
    return told as Told; // The process sends nothing else.
  } finally {
    exit.catch(() => {});
    ended.abort();
  }
}

/** The process goes on: an unhandled error would have ended it. */
async function assertAlive(name: string): Promise<void> {
  assert.equal((await fetch(`${urls[name]}/health`)).status, 200, name);
  const told = next();
  child.send("are you there?");
  assert.deepEqual(await told, { alive: true }, name);
}

const headers = { authorization: "Bearer x", "content-type": "application/json" };

for (const [place, act] of combinations) {
  test(`over a socket, ${place} ${act}: the answer stays what it is, and the process goes on`, async () => {
    const name = nameOf(place, act);
    const { request, status } = places[place] ?? assert.fail();
    const left = new AbortController();
    const asked = fetch(urls[name] ?? assert.fail(), { ...request, headers, signal: left.signal });
    if (status(act) === "none") {
      await assertAlive(name);
      left.abort();
      await assert.rejects(asked, { name: "AbortError" });
    } else {
      const response = await asked;
      assert.equal(response.status, status(act));
      assert.ok(response.status < 400 || !(await response.text()).includes(canary));
    }
    await assertAlive(name);
  });
}

for (const source of Object.keys(brokenSources)) {
  test(`over a socket, a stream that ${source} breaks off, and the process goes on`, async () => {
    const name = nameOf("stream", source);
    // A message whose last chunk does not come is not an answer (RFC 9112 §7.1).
    await assert.rejects(
      fetch(urls[name] ?? assert.fail()).then((response) => response.text()),
      TypeError,
    );
    await assertAlive(name);
  });
}

test("over a socket, a stream that fails after its reader has left does not end the process, nor one that never yields a piece", async () => {
  const reader = (await fetch(urls["left"] ?? assert.fail())).body?.getReader() ?? assert.fail();
  await reader.read();
  await reader.cancel();
  await assertAlive("left");
  const left = new AbortController();
  const asked = fetch(`${urls["left"]}/silent`, { signal: left.signal });
  await assertAlive("left");
  left.abort();
  await assert.rejects(
    asked.then((response) => response.text()),
    { name: "AbortError" },
  );
  await assertAlive("left");
});

test("nothing that a client sent is on standard error", () => {
  assert.match(printed, /The audit sink failed on authentication\.failed \(request [0-9a-f-]+\): Lost/);
  assert.ok(!printed.includes(canary), printed);
});
