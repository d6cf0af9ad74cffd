import assert from "node:assert/strict";
import process from "node:process";
import { after, before, beforeEach, describe, test } from "node:test";
import { fastify, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { resource } from "../../dependency/resource.ts";
import { createApi } from "../../api/api.ts";
import { get } from "../../route/route.ts";
import { text } from "../../route/text.ts";
import { stream } from "../../outcome/stream.ts";
import { Problem, problem } from "../../problem/problem.ts";
import { RawConnection, type RawAnswer, rawAnswer, rawRequest } from "../raw-socket.fixture.ts";
import { checkRaw } from "./served.fixture.ts";
import { lockstep } from "./index.ts";
import { unchecked } from "../../route/unchecked.ts";

const log: string[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
before(() => process.on("unhandledRejection", onUnhandled));
after(() => process.removeListener("unhandledRejection", onUnhandled));
beforeEach(() => {
  log.length = 0;
  unhandled.length = 0;
});

const db = resource({}, async function* () {
  try {
    yield log;
    log.push("commit");
  } catch (error) {
    log.push(`rollback ${error instanceof Error ? error.name : String(error)}`);
    throw error;
  }
});

// Nothing checks what JavaScript yields.
const yields = (...pieces: readonly unknown[]) =>
  async function* (): AsyncGenerator<string, void, void> {
    for (const piece of pieces) yield piece as string;
  };
const throws = (error: unknown) =>
  async function* (): AsyncGenerator<string, void, void> {
    yield* [];
    throw error;
  };
const bodies: Readonly<Record<string, () => AsyncGenerator<string, void, void>>> = {
  "an-object": yields({ canary: 1 }),
  "a-number": yields(7),
  null: yields(null),
  undefined: yields(undefined),
  throws: throws(new TypeError("canary")),
  "throws-undefined": throws(undefined),
  "throws-404": throws(new Problem(404, "gone_by_now", "It is gone.")),
};
const late: typeof bodies = {
  object: yields("first", { canary: 1 }),
  null: yields("first", null),
};

/** The status as the type allows it, though no check was made that it is one. */
const withStatus = (status: number): never => problem(status, "upstream", "canary");

const api = createApi({
  title: "Failures",
  version: "1",
  audit: ({ type }) => void log.push(type),
  onError: (error) => void log.push(error instanceof Error ? error.name : String(error)),
  routes: [
    get("/good", { public: "a test", deps: { db }, response: unchecked("a test") }, () => ({ good: true })),
    get("/stream", { public: "a test", deps: { db }, response: text("text/plain") }, () =>
      stream(yields("a", "b")(), { type: "text/plain" }),
    ),
    ...[0, 101, 600, 1000, Number.NaN, 200.5].flatMap((status) => [
      get(`/now/${String(status).replace(".", "-")}`, { public: "a test", status: 204 }, () => {
        withStatus(status);
      }),
      get(`/later/${String(status).replace(".", "-")}`, { public: "a test", status: 204 }, async () => {
        await Promise.resolve();
        withStatus(status);
      }),
    ]),
    ...Object.entries(bodies).map(([name, pieces]) =>
      get(`/first/${name}`, { public: "a test", deps: { db }, response: text("text/plain") }, () =>
        stream(pieces(), { type: "text/plain" }),
      ),
    ),
    ...Object.entries(late).map(([name, pieces]) =>
      get(`/late/${name}`, { public: "a test", deps: { db }, response: text("text/plain") }, () =>
        stream(pieces(), { type: "text/plain" }),
      ),
    ),
  ],
});

/** Serves the API in an application for the time of a test, and looks for what nobody caught. */
async function within(prepare: (app: FastifyInstance) => void, use: (url: string) => Promise<void>): Promise<void> {
  const app = fastify();
  prepare(app);
  await app.register(lockstep(api));
  try {
    await use(await app.listen({ host: "127.0.0.1", port: 0 }));
  } finally {
    await app.close();
  }
  assert.deepEqual(unhandled, []);
}

async function ask(url: string, path: string): Promise<RawAnswer> {
  const answer = await rawAnswer(url, rawRequest(`GET ${path}`));
  assert.ok(answer !== undefined, `${path} is answered`);
  checkRaw(answer);
  return answer;
}

const face = ({ status, headers, body }: RawAnswer): unknown => [status, headers["content-type"], JSON.parse(body).code];
const internal = [500, "application/problem+json", "internal_error"];

describe("an answer that cannot be written is 500, is reported, and ends nothing else", () => {
  test("an invalid status, thrown at once and later", () =>
    within(
      () => {},
      async (url) => {
        for (const { template: path } of api["~dispatcher"].routes) {
          if (!path.startsWith("/now") && !path.startsWith("/later")) continue;
          log.length = 0;
          assert.deepEqual(face(await ask(url, path)), internal, path);
          assert.ok(log.includes("error.unexpected"), `${path}: ${log.join()}`);
        }
        assert.equal((await ask(url, "/good")).status, 200);
      },
    ));

  test("a stream whose first piece is invalid, or that throws: rolled back, reported once", () =>
    within(
      () => {},
      async (url) => {
        for (const name of Object.keys(bodies)) {
          log.length = 0;
          const answer = face(await ask(url, `/first/${name}`));
          if (name === "throws-404") {
            assert.deepEqual([answer, log], [[404, "application/problem+json", "gone_by_now"], ["rollback Problem"]]);
          } else {
            assert.deepEqual(answer, internal, name);
            assert.equal(log.filter((entry) => entry === "error.unexpected").length, 1, `${name}: ${log.join()}`);
            assert.equal(log.filter((entry) => entry.startsWith("rollback")).length, 1, `${name}: ${log.join()}`);
          }
        }
      },
    ));

  test("a stream whose second piece is invalid is broken off", () =>
    within(
      () => {},
      async (url) => {
        for (const name of Object.keys(late)) {
          log.length = 0;
          const connection = await RawConnection.open(url);
          connection.send(rawRequest(`GET /late/${name}`));
          assert.equal(await connection.next(), undefined, "no last chunk comes");
          assert.ok(await connection.closes());
          assert.deepEqual(log, ["rollback BuildError", "error.unexpected", "BuildError"], name);
        }
      },
    ));
});

const onSend: Readonly<Record<string, (app: FastifyInstance) => void>> = {
  "throws at once": (app) =>
    void app.addHook("onSend", () => {
      throw new TypeError("canary");
    }),
  rejects: (app) =>
    void app.addHook("onSend", async () => {
      await Promise.resolve();
      throw new TypeError("canary");
    }),
  "calls back with an error": (app) =>
    void app.addHook("onSend", (_request, _reply, _payload, done) => done(new TypeError("canary"))),
  "gives a body that is none": (app) => void app.addHook("onSend", async () => ({ canary: 1 })),
  "sets a header that cannot be written": (app) =>
    void app.addHook("onSend", async (_request, reply) => void reply.header("x-bad", "a\r\nb: c")),
};

describe("a hook of the application that spoils every answer", () => {
  for (const [name, prepare] of Object.entries(onSend)) {
    test(`onSend that ${name}: 500 without its words, for results, streams and refusals`, () =>
      within(prepare, async (url) => {
        for (const path of ["/good", "/stream", "/nope"]) {
          log.length = 0;
          const answer = await ask(url, path);
          assert.deepEqual([face(answer), answer.headers["x-bad"], answer.headers["b"]], [internal, undefined, undefined], path);
          assert.ok(log.includes("error.unexpected"), `${path}: ${log.join()}`);
          if (path === "/stream") assert.ok(log.includes("rollback ReaderGone"), log.join());
        }
      }));
  }

  test("a hook that sets a header which cannot be written, before the guards: 500, and the other headers stay", () =>
    within(
      (app) => void app.addHook("onRequest", async (_request, reply) => void reply.headers({ "x-bad": "a\nb", "x-good": "yes" })),
      async (url) => {
        const answer = await ask(url, "/good");
        assert.deepEqual([face(answer), answer.headers["x-good"]], [internal, "yes"]);
      },
    ));

  test("a hook that sends another body than the stream closes what the stream needed", () =>
    within(
      (app) => void app.addHook("onSend", async () => "other"),
      async (url) => {
        assert.equal((await ask(url, "/stream")).body, "other");
        assert.deepEqual(log, ["rollback ReaderGone"]);
      },
    ));

  test("a log that throws changes no answer", async () => {
    const fail = (): never => {
      throw new TypeError("log");
    };
    const quiet = (): void => {};
    const levels = {
      level: "error",
      fatal: quiet,
      warn: quiet,
      info: quiet,
      debug: quiet,
      trace: quiet,
      silent: quiet,
      error: fail,
    };
    const logger: FastifyBaseLogger = { ...levels, child: () => logger };
    const app = fastify({ loggerInstance: logger });
    await app.register(lockstep(api));
    assert.equal((await app.inject("/now/0")).statusCode, 500);
    assert.equal((await app.inject("/good")).statusCode, 200);
    await app.close();
    assert.deepEqual(unhandled, []);
  });
});
