/** Work after the answer, in one process: who waits for it, what its errors are, and what the runtime is told. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { serveFetch } from "../host/fetch/index.ts";
import {
  afterAnswer,
  type AfterAnswer,
  type Api,
  type AuditEvent,
  createApi,
  del,
  deny,
  depends,
  type ErrorOrigin,
  get,
  problem,
  resource,
  type Route,
  run,
  stream,
  text,
} from "../index.ts";
import { eventually } from "../testing/eventually.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
before(() => void process.on("unhandledRejection", note));
after(() => {
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});

const open = { public: "a test" } as const;
const later = afterAnswer();
const ask = (api: Api, path = "/", init: RequestInit = {}): Promise<Response> => api.fetch(new Request(`http://x${path}`, init));

/** An API, and what it reported. */
function apiOf(...routes: readonly Route[]) {
  const errors: (readonly [unknown, ErrorOrigin])[] = [];
  const events: AuditEvent[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    routes,
    audit: (event) => void events.push(event),
    onError: (error, about) => void errors.push([error, about]),
  });
  return { api, errors, events };
}

/** An API whose one handler leaves this work. */
const leaving = (...works: readonly Parameters<AfterAnswer>[0][]) =>
  apiOf(get("/", { ...open, deps: { later }, status: 204 }, ({ later }) => works.forEach((work) => later(work))));

test("every call returns the same dependency, which protects nothing and is not documented", () => {
  assert.equal(afterAnswer(), afterAnswer());
  const { api } = apiOf(get("/", { ...open, deps: { later } }, () => 1));
  assert.deepEqual(api.openapi(), apiOf(get("/", open, () => 1)).api.openapi());
  // What JavaScript may write.
  const unprotected = get("/", { ...open, deps: { later } }, () => 1);
  const bare: Route = { ...unprotected, definition: { ...unprotected.definition, public: undefined } };
  assert.throws(() => apiOf(bare), { code: "unprotected_route" });
});

describe("an error of the work", () => {
  const lost = new Error("lost");
  const works: Readonly<Record<string, readonly [Parameters<AfterAnswer>[0], unknown]>> = {
    "that throws": [
      () => {
        throw lost;
      },
      lost,
    ],
    "that rejects": [() => Promise.reject(lost), lost],
    "that throws a turn later": [
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw lost;
      },
      lost,
    ],
    "that throws undefined": [
      () => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw undefined;
      },
      undefined,
    ],
    "that returns a thenable that throws": [
      () =>
        ({
          // What JavaScript may return.
          // oxlint-disable-next-line unicorn/no-thenable
          then: () => {
            throw lost;
          },
        }) as unknown as Promise<void>,
      lost,
    ],
  };
  for (const [what, [work, error]] of Object.entries(works)) {
    test(`${what} is passed to onError with the route and the request, and is not in the audit log`, async () => {
      const { api, errors, events } = leaving(work);
      const answer = await ask(api);
      assert.equal(answer.status, 204);
      await api.close();
      const origin = { route: "GET /", requestId: answer.headers.get("x-request-id"), subject: undefined };
      assert.deepEqual(errors, [[error, origin]]);
      assert.deepEqual(events, []);
    });
  }

  test("is passed on as it is, also a refusal and a problem", async () => {
    const { api, errors, events } = leaving(
      () => deny("no"),
      () => problem(409, "taken", "It is taken."),
    );
    await ask(api);
    await api.close();
    assert.deepEqual(
      errors.map(([error]) => (error as Error).constructor.name),
      ["Denial", "Problem"],
    );
    assert.deepEqual(events, []);
  });
});

test("several start in the order in which they were left, and none waits for another", async () => {
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const { api } = leaving(
    async () => {
      seen.push("first");
      await gate.promise;
      seen.push("first ended");
    },
    () => void seen.push("second"),
  );
  await ask(api);
  await eventually(() => seen.length === 2, 30_000, "both have started");
  gate.resolve();
  await api.close();
  assert.deepEqual(seen, ["first", "second", "first ended"]);
});

test("work that was left while a stream is written, or after the answer, is done as well", async () => {
  const seen: string[] = [];
  let kept: AfterAnswer | undefined;
  const pieces = function* (later: AfterAnswer) {
    yield "a";
    later(() => void seen.push("left by the stream"));
  };
  const { api } = apiOf(
    get("/", { ...open, deps: { later }, response: text("text/plain") }, ({ later }) => {
      kept = later;
      return stream(pieces(later));
    }),
  );
  assert.equal(await (await ask(api)).text(), "a");
  await eventually(() => seen.length === 1, 30_000, "the work is done");
  kept?.(() => void seen.push("left afterwards"));
  await api.close();
  assert.deepEqual(seen, ["left by the stream", "left afterwards"]);
});

test("work that is left after a failure is dropped", async () => {
  const seen: string[] = [];
  let kept: AfterAnswer | undefined;
  const { api } = apiOf(
    get("/", { ...open, deps: { later } }, ({ later }) => {
      kept = later;
      problem(409, "taken", "It is taken.");
    }),
  );
  assert.equal((await ask(api)).status, 409);
  kept?.(() => void seen.push("work"));
  await api.close();
  assert.deepEqual(seen, []);
});

test("a commit that fails drops the work: nothing happened that it could be about", async () => {
  const seen: string[] = [];
  const db = (isFull: boolean) =>
    resource({}, function* () {
      yield "db";
      if (isFull) throw new Error("the disk is full");
    });
  const spec = (isFull: boolean) => ({ ...open, deps: { later, db: db(isFull) }, status: 204 as const });
  const handler = ({ later }: { readonly later: AfterAnswer }) => later(() => void seen.push("work"));
  const { api } = apiOf(get("/full", spec(true), handler), get("/free", spec(false), handler));
  assert.equal((await ask(api, "/full")).status, 500);
  assert.equal((await ask(api, "/free")).status, 204);
  await api.close();
  assert.deepEqual(seen, ["work"], "that of the second request");
});

test("anything but a function is refused while the request runs", async () => {
  // What JavaScript may pass.
  const wrong = Promise.resolve() as unknown as () => void;
  const { api, errors } = leaving(wrong);
  assert.equal((await ask(api)).status, 500);
  assert.equal(Reflect.get(errors[0]?.[0] as object, "code"), "wrong_result");
});

describe("api.close()", () => {
  test("waits for running work, which may use the API's values and run more, and closes the values afterwards", async () => {
    const seen: string[] = [];
    const pool = resource(
      {},
      function* () {
        yield { send: (text: string) => void seen.push(text) };
        seen.push("pool closed");
      },
      { lifetime: "app" },
    );
    const gate = Promise.withResolvers<void>();
    const { api, errors } = apiOf(
      get("/", { ...open, deps: { later, pool }, status: 204 }, ({ later, pool: { send } }) =>
        later(async () => {
          await gate.promise;
          send("by the value");
          await api.run(pool, {}, (same) => same.send("by api.run()"));
        }),
      ),
    );
    await ask(api);
    const closing = api.close();
    gate.resolve();
    await closing;
    assert.deepEqual(seen, ["by the value", "by api.run()", "pool closed"]);
    assert.deepEqual(errors, []);
    await assert.rejects(api.run(pool), { code: "api_closed", message: /^call api\.run\(\) before api\.close\(\)/ });
  });

  test("waits for the work of an answer that is still being written", async () => {
    const seen: string[] = [];
    const { api } = apiOf(
      get("/", { ...open, deps: { later }, response: text("text/plain") }, ({ later }) => {
        later(() => void seen.push("work"));
        return stream(["a", "b"]);
      }),
    );
    const answer = await ask(api);
    const reader = answer.body?.getReader();
    await reader?.read();
    while ((await reader?.read())?.done === false);
    await api.close();
    assert.deepEqual(seen, ["work"]);
  });

  test("does not wait longer than it is told, and says which work has not ended", async () => {
    const { api, errors } = leaving(
      () => new Promise(() => {}),
      () => {},
    );
    const id = (await ask(api)).headers.get("x-request-id");
    await api.close({ graceSeconds: 0 });
    const [[error, about] = []] = errors;
    assert.deepEqual(about, { route: "GET /", requestId: id, subject: undefined });
    assert.ok(error instanceof Error && Reflect.get(error, "code") === "work_unfinished", String(error));
    assert.match(error.message, /^end work after an answer sooner.*with graceSeconds .*after 0 s$/);
    // Closing again has nothing to wait for but the same work.
    await api.close({ graceSeconds: 0 });
  });

  test("refuses a time that is not one", async () => {
    const { api } = leaving();
    for (const graceSeconds of [-1, Number.NaN, Infinity, 86_401, "10", null]) {
      // What JavaScript may pass.
      await assert.rejects(api.close({ graceSeconds: graceSeconds as number }), { code: "wrong_option" }, String(graceSeconds));
    }
    await api.close({ graceSeconds: 86_400 });
  });
});

describe("a fetch runtime", () => {
  const gate = (): { readonly api: Api; release(): void; readonly seen: readonly string[] } => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen: string[] = [];
    const { api } = leaving(async () => {
      await promise;
      seen.push("work");
    });
    return { api, release: resolve, seen };
  };
  const request = (): Request => new Request("http://x/");

  test("is told to wait by the option, with the request", async () => {
    const { api, release, seen } = gate();
    const told: (readonly [Promise<void>, Request])[] = [];
    const sent = request();
    const ignored = { waitUntil: () => assert.fail("the option comes first") };
    await serveFetch(api, { waitUntil: (work, about) => void told.push([work, about]) })(sent, {}, ignored);
    assert.equal(told[0]?.[1], sent);
    release();
    await told[0]?.[0];
    assert.deepEqual(seen, ["work"]);
  });

  test("is told to wait by the context that it passes beside the request, as Cloudflare Workers do", async () => {
    for (const fetch of [(api: Api) => serveFetch(api), (api: Api) => api.fetch]) {
      const { api, release, seen } = gate();
      /** The platform's own refuses to be called without its object. */
      class Context {
        readonly #told: Promise<void>[] = [];
        get told(): readonly Promise<void>[] {
          return this.#told;
        }
        waitUntil(work: Promise<void>): void {
          this.#told.push(work);
        }
      }
      const context = new Context();
      await fetch(api)(request(), { SECRET: "of the platform" }, context);
      assert.equal(context.told.length, 1);
      release();
      await context.told[0];
      assert.deepEqual(seen, ["work"]);
    }
  });

  test("is told nothing by a route that leaves no work, and nothing of another argument", async () => {
    const { api } = apiOf(del("/", open, () => undefined));
    const fetch = serveFetch(api, { waitUntil: () => assert.fail("nothing to wait for") });
    assert.equal((await fetch(new Request("http://x/", { method: "DELETE" }))).status, 204);
    const waiting = gate();
    assert.equal((await waiting.api.fetch(request(), undefined, null, 1, { waitUntil: true })).status, 204);
    waiting.release();
    await waiting.api.close();
  });

  test("that fails to wait changes no answer", async (t) => {
    const error = t.mock.method(console, "error", () => {});
    const { api, release, seen } = gate();
    const fail = (): never => {
      throw new Error("no such context");
    };
    assert.equal((await serveFetch(api, { waitUntil: fail })(request())).status, 204);
    assert.equal((await api.fetch(request(), {}, { waitUntil: fail })).status, 204);
    release();
    await api.close();
    assert.deepEqual(seen, ["work", "work"]);
    assert.deepEqual(
      error.mock.calls.map((call) => call.arguments.join(" ")),
      ["waitUntil() failed: Error", "waitUntil() failed: Error"],
    );
  });

  test("gets the promise of dropped work, too, which settles", async () => {
    const told: Promise<void>[] = [];
    const { api } = apiOf(
      get("/", { ...open, deps: { later } }, ({ later }) => {
        later(() => assert.fail("dropped"));
        problem(409, "taken", "It is taken.");
      }),
    );
    await serveFetch(api, { waitUntil: (work) => void told.push(work) })(request());
    await Promise.all(told);
    assert.equal(told.length, 1);
  });
});

test("outside a request a value stands in for it, as in a test", async () => {
  const seen: string[] = [];
  const job = depends({ later }, ({ later }) => later(() => void seen.push("work")));
  await assert.rejects(run(job), { code: "wrong_dependency", message: /afterAnswer\(\) has no value outside a request/ });
  await run(job, { with: [[later, (work) => void work()]] });
  assert.deepEqual(seen, ["work"]);
  const { api } = leaving(() => void seen.push("left"));
  const works: unknown[] = [];
  await ask(api.with([[later, (work) => void works.push(work)]]));
  assert.equal(works.length, 1);
  assert.deepEqual(seen, ["work"], "it is not done");
});
