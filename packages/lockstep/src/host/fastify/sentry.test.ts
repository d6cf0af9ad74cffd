/** Sentry's real SDK beside an API: bodies and streams go on working, and nothing that Sentry sends holds a secret. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { after, before, describe, test } from "node:test";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { eventually } from "../../testing/eventually.ts";
import type { Told } from "./sentry-process.fixture.ts";

const secrets = { key: "canary-key", path: "canary-path", query: "canary-query", body: "canary-body", cookie: "canary-cookie" };

/** One thing that Sentry sends, with its type: `event`, `transaction`, `session` … */
interface Item {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The items of an envelope: a header, then a header and a payload for each, on lines of their own. */
function itemsOf(envelope: string): readonly Item[] {
  const [, ...lines] = envelope.trimEnd().split("\n");
  return lines.flatMap((line, index) =>
    index % 2 === 0 ? [{ type: String(JSON.parse(line).type), payload: JSON.parse(lines[index + 1] ?? "") }] : [],
  );
}

async function envelopeOf(request: IncomingMessage): Promise<string> {
  const bytes = await buffer(request);
  return (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();
}

/** A process with Sentry and an API, and the server that Sentry sends to. */
class Sentry {
  readonly received: string[] = [];
  readonly #ingest: Server;
  #child: ChildProcess | undefined;
  url = "";

  constructor() {
    this.#ingest = createServer((request, response) => {
      void envelopeOf(request).then((envelope) => {
        this.received.push(envelope);
        response.end("{}");
      });
    });
  }

  async start(mode: string): Promise<void> {
    await once(this.#ingest.listen(0, "127.0.0.1"), "listening");
    const address = this.#ingest.address();
    assert.ok(typeof address === "object" && address !== null);
    const at = (name: string): URL => new URL(name, import.meta.url);
    this.#child = fork(fileURLToPath(at("sentry-process.fixture.ts")), {
      env: { ...process.env, SENTRY_DSN: `http://public@127.0.0.1:${address.port}/1`, SENTRY_MODE: mode },
      execArgv: ["--conditions=lockstep-source", "--import", at("sentry-instrument.fixture.ts").href],
    });
    const told = await this.#next();
    assert.ok("url" in told);
    this.url = told.url;
  }

  async stop(): Promise<void> {
    this.#child?.disconnect();
    this.#ingest.close();
    await once(this.#ingest, "close");
  }

  /** Everything that was sent so far, after the SDK has sent what it still has. */
  async items(): Promise<readonly Item[]> {
    this.#child?.send("flush");
    assert.deepEqual(await this.#next(), { flushed: true });
    return this.received.flatMap(itemsOf);
  }

  async #next(): Promise<Told> {
    const [told] = await once(this.#child ?? assert.fail(), "message");
    return told as Told; // The process sends nothing else.
  }
}

const headers = { "x-api-key": secrets.key, cookie: `session=${secrets.cookie}` };

async function* slowPieces(count: number): AsyncGenerator<Uint8Array, void, void> {
  for (let index = 0; index < count; index += 1) {
    yield new Uint8Array(10_000).fill(index);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const mode of ["default", "careful"]) {
  describe(`beside Sentry with its ${mode} settings`, () => {
    const sentry = new Sentry();
    before(() => sentry.start(mode));
    after(() => sentry.stop());

    test("a body is read and answered in pieces, whole", async () => {
      const init = { method: "POST", headers, body: ReadableStream.from(slowPieces(200)), duplex: "half" } as const;
      const response = await fetch(`${sentry.url}/echo`, init);
      assert.equal(response.status, 200);
      const echoed = new Uint8Array(await response.arrayBuffer());
      assert.equal(echoed.length, 2_000_000);
      assert.ok(echoed.every((byte, index) => byte === Math.floor(index / 10_000)));
    });

    test("a body that is larger than the limit is refused, and not read", async () => {
      const body = new Uint8Array(4_000_001);
      const response = await fetch(`${sentry.url}/echo`, { method: "POST", headers, body }).catch(() => undefined);
      // The connection may close while the client still sends.
      assert.ok(response === undefined || response.status === 413);
      const again = await fetch(`${sentry.url}/echo`, { method: "POST", headers, body: "small" });
      assert.equal(await again.text(), "small");
    });

    test("files are uploaded whole", async () => {
      const form = new FormData();
      form.append("plan", new Blob([new Uint8Array(1_500_000)], { type: "application/octet-stream" }), "plan.bin");
      const response = await fetch(`${sentry.url}/upload`, { method: "POST", headers, body: form });
      assert.deepEqual([response.status, await response.json()], [200, [1_500_000]]);
    });

    test("an event stream arrives whole", async () => {
      const response = await fetch(`${sentry.url}/events`, { headers });
      const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data:"));
      assert.deepEqual(lines, ["data: 1", "data: 2", "data: 3"]);
    });

    test("an unexpected error arrives once, with the request's id, its route and its caller", async () => {
      const before = (await sentry.items()).filter(({ type }) => type === "event").length;
      const response = await fetch(`${sentry.url}/broken/${secrets.path}?q=${secrets.query}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", "x-request-id": "req-of-test-1" },
        body: JSON.stringify({ text: secrets.body }),
      });
      assert.equal(response.status, 500);
      assert.ok(!(await response.text()).includes("RangeError"));
      await eventually(
        async () => (await sentry.items()).filter(({ type }) => type === "event").length > before,
        30_000,
        "it arrives",
      );
      const [event, ...others] = (await sentry.items()).filter(({ type }) => type === "event").slice(before);
      assert.deepEqual(others, []);
      const { exception, tags, user } = event?.payload ?? {};
      assert.match(JSON.stringify(exception), /RangeError/);
      assert.deepEqual(tags, { request_id: "req-of-test-1", route: "POST /broken/:secret" });
      assert.equal(Reflect.get(Object(user), "id"), "alice");
    });

    test("nothing that Sentry sent holds a credential or a body", async () => {
      await sentry.items();
      const sent = sentry.received.join("\n");
      assert.ok(sent.includes("RangeError"));
      for (const secret of [secrets.key, secrets.cookie, secrets.body]) assert.ok(!sent.includes(secret), secret);
      // Sentry's own default is to send URLs; the manual says how to keep them out.
      for (const part of [secrets.path, secrets.query]) assert.equal(sent.includes(part), mode === "default", part);
    });
  });
}
