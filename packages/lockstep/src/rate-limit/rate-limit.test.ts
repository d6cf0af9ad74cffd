/** Rate limits as clients meet them, counted in memory. `stores.test.ts` shows that every store counts alike. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { z } from "zod";
import { serveFetch } from "../host/fetch/index.ts";
import {
  type AnyDependency,
  apiKeyHeader,
  type ApiOptions,
  authenticate,
  authorize,
  createApi,
  deny,
  depends,
  get,
  group,
  httpBasic,
  httpBearer,
  owned,
  path,
  post,
  query,
  responseHeaders,
  type Route,
  run,
  stream,
  text,
  Unavailable,
} from "../index.ts";
import { memoryStore, rateLimit, type RateLimitStore } from "./index.ts";

const minute = { windowSeconds: 60 } as const;
const token = httpBearer();
const user = authenticate({ token }, ({ token }) => {
  const [kind, id = ""] = token.reveal().split(".");
  return kind === "user" ? { id } : kind === "number" ? { id: Number(id) } : undefined;
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Headers;
  readonly text: string;
}

type Ask = (path: string, init?: RequestInit & { readonly address?: string; readonly as?: string }) => Promise<Answer>;

/** Serves routes on a host that learns the client's address from the test. */
function serve(routes: readonly Route[], options: Partial<ApiOptions> = {}): Ask {
  const api = createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes, ...options });
  const answer = serveFetch(api, { address: (request) => request.headers.get("x-address") ?? undefined });
  return async (target, { address = "192.0.2.1", as, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (address !== "") headers.set("x-address", address);
    if (as !== undefined) headers.set("authorization", `Bearer ${as}`);
    const response = await answer(new Request(`http://x${target}`, { ...init, headers }));
    const text = await response.text();
    const code = text.startsWith("{") ? (JSON.parse(text) as { readonly code?: string }).code : undefined;
    return { status: response.status, code, headers: response.headers, text };
  };
}

const open = (template: string, limit: AnyDependency): Route =>
  get(template as never, { public: "a test", deps: { limit } }, () => 1);
const statusesOf = async (ask: Ask, times: number, ...given: Parameters<Ask>): Promise<number[]> => {
  const statuses: number[] = [];
  for (let count = 0; count < times; count += 1) statuses.push((await ask(...given)).status);
  return statuses;
};
const limitsOf = ({ headers }: Answer) => [headers.get("ratelimit-policy"), headers.get("ratelimit")];

/** Time stands still until the test moves it. */
function stopTime(t: TestContext): (ms: number) => void {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: Date.UTC(2026, 0, 1) });
  return (ms) => t.mock.timers.tick(ms);
}

describe("a limit", () => {
  test("lets as many requests through as it has points, and says what is left; then it is 429 with Retry-After", async (t) => {
    const tick = stopTime(t);
    const ask = serve([open("/", rateLimit({ by: "address", limits: [{ points: 2, ...minute }], store: memoryStore() }))]);
    assert.deepEqual(limitsOf(await ask("/")), ['"address";q=2;w=60', '"address";r=1;t=60']);
    tick(15_000);
    assert.deepEqual(limitsOf(await ask("/")), ['"address";q=2;w=60', '"address";r=0;t=45']);
    const refused = await ask("/");
    assert.deepEqual([refused.status, refused.code, refused.headers.get("retry-after")], [429, "too_many_requests", "45"]);
    assert.deepEqual(limitsOf(refused), ['"address";q=2;w=60', '"address";r=0;t=45']);
    assert.deepEqual(
      [refused.headers.get("cache-control"), refused.headers.get("content-type")],
      ["no-store", "application/problem+json"],
    );
    // A request that is refused does not make the window longer.
    tick(44_500);
    assert.equal((await ask("/")).headers.get("retry-after"), "1");
    tick(500);
    assert.equal((await ask("/")).status, 200);
  });

  test("counts each address for itself, an IPv6 network as one, and everybody without an address together", async () => {
    const ask = serve([open("/", rateLimit({ by: "address", limits: [{ points: 1, ...minute }], store: memoryStore() }))]);
    for (const [address, status] of [
      ["192.0.2.1", 200],
      ["192.0.2.1", 429],
      ["192.0.2.2", 200],
      ["::ffff:192.0.2.2", 429],
      ["2001:db8::1", 200],
      ["2001:db8::ffff:1", 429],
      ["2001:db8:0:1::1", 200],
      ["", 200],
      ["", 429],
    ] as const) {
      assert.equal((await ask("/", { address })).status, status, address);
    }
  });

  test("of one dependency counts all of its routes together; two with different names count apart", async () => {
    const store = memoryStore();
    const limits = [{ points: 1, ...minute }] as const;
    const shared = rateLimit({ by: "address", limits, store });
    const own = rateLimit({ name: "own", by: "address", limits, store });
    const ask = serve([open("/a", shared), open("/b", shared), open("/c", own)]);
    assert.deepEqual([(await ask("/a")).status, (await ask("/b")).status, (await ask("/c")).status], [200, 429, 200]);
  });

  test("counts HEAD, but no preflight and no request without a route", async () => {
    const limit = rateLimit({ by: "address", limits: [{ points: 2, ...minute }], store: memoryStore() });
    const ask = serve([open("/", limit)]);
    const preflight = { origin: "https://a.test", "access-control-request-method": "GET" };
    await ask("/", { method: "OPTIONS", headers: preflight });
    await ask("/", { method: "OPTIONS" });
    await ask("/none");
    await ask("/", { method: "POST" });
    assert.equal((await ask("/", { method: "HEAD" })).headers.get("ratelimit"), '"address";r=1;t=60');
    assert.deepEqual(await statusesOf(ask, 2, "/"), [200, 429]);
  });

  test("may make a request cost more", async () => {
    const limit = rateLimit({ by: "address", limits: [{ points: 10, ...minute }], store: memoryStore(), cost: 4 });
    const ask = serve([open("/", limit)]);
    assert.deepEqual(await statusesOf(ask, 3, "/"), [200, 200, 429]);
  });

  test("passes to the handler how much is left", async () => {
    const limit = rateLimit({ name: "calls", by: "address", limits: [{ points: 3, ...minute }], store: memoryStore() });
    const ask = serve([
      get("/", { public: "a test", deps: { limit } }, ({ limit }) => limit.map((one) => `${one.policy} ${one.remaining}`).join()),
    ]);
    assert.equal((await ask("/")).text, '"calls 2"');
  });
});

describe("several limits", () => {
  const limits = [
    { name: "day", points: 5, windowSeconds: 86_400 },
    { name: "burst", points: 2, windowSeconds: 1 },
  ] as const;

  test("must all allow a request; the headers say what is left of each", async (t) => {
    const tick = stopTime(t);
    const ask = serve([open("/", rateLimit({ by: "address", limits, store: memoryStore() }))]);
    const first = await ask("/");
    assert.deepEqual(limitsOf(first), ['"burst";q=2;w=1, "day";q=5;w=86400', '"burst";r=1;t=1, "day";r=4;t=86400']);
    assert.deepEqual(await statusesOf(ask, 2, "/"), [200, 429]);
    tick(1000);
    assert.deepEqual(await statusesOf(ask, 3, "/"), [200, 200, 429]);
    tick(1000);
    assert.equal((await ask("/")).status, 200);
    const spent = await ask("/");
    assert.deepEqual([spent.status, spent.headers.get("retry-after")], [429, String(86_400 - 2)]);
    tick((86_400 - 2) * 1000);
    assert.equal((await ask("/")).status, 200);
  });

  test("of which one refuses are not used up: a burst that is refused leaves the day alone", async (t) => {
    const tick = stopTime(t);
    const ask = serve([open("/", rateLimit({ by: "address", limits, store: memoryStore() }))]);
    const statuses = await statusesOf(ask, 500, "/");
    assert.equal(statuses.filter((status) => status === 200).length, 2);
    tick(1000);
    assert.match((await ask("/")).headers.get("ratelimit") ?? "", /"day";r=2;/);
  });

  test("have names by their windows", async () => {
    const ask = serve([
      open(
        "/",
        rateLimit({
          name: "calls",
          by: "address",
          limits: [
            { points: 1, ...minute },
            { points: 9, windowSeconds: 3600 },
          ],
          store: memoryStore(),
        }),
      ),
    ]);
    assert.equal((await ask("/")).headers.get("ratelimit-policy"), '"calls-60s";q=1;w=60, "calls-3600s";q=9;w=3600');
  });

  test("by address and by principal on one route are both told", async () => {
    const store = memoryStore();
    const byAddress = rateLimit({ by: "address", limits: [{ points: 9, ...minute }], store });
    const byUser = rateLimit({ by: { principal: user }, limits: [{ points: 3, ...minute }], store });
    const ask = serve([get("/", { deps: { byUser, byAddress, user } }, () => 1)]);
    const { headers } = await ask("/", { as: "user.a" });
    assert.equal(headers.get("ratelimit"), '"principal";r=2;t=60, "address";r=8;t=60');
  });
});

describe("a limit by principal", () => {
  const limited = () => {
    const limit = rateLimit({ by: { principal: user }, limits: [{ points: 1, ...minute }], store: memoryStore() });
    return serve([get("/", { deps: { limit } }, () => 1)]);
  };

  test("counts each principal for itself, whatever its address", async () => {
    const ask = limited();
    for (const [as, address, status] of [
      ["user.1", "192.0.2.1", 200],
      ["user.1", "192.0.2.2", 429],
      ["user.2", "192.0.2.1", 200],
      ["number.1", "192.0.2.1", 200],
      ["number.1", "192.0.2.1", 429],
    ] as const) {
      assert.equal((await ask("/", { as, address })).status, status, as);
    }
  });

  test("counts only callers who are authenticated", async () => {
    const ask = limited();
    assert.deepEqual(await statusesOf(ask, 3, "/"), [401, 401, 401]);
    assert.deepEqual(await statusesOf(ask, 3, "/", { as: "wrong" }), [401, 401, 401]);
    assert.equal((await ask("/", { as: "user.1" })).status, 200);
  });

  test("refuses before guards that need inputs, and before objects are loaded", async () => {
    let loads = 0;
    const limit = rateLimit({ by: { principal: user }, limits: [{ points: 1, ...minute }], store: memoryStore() });
    const note = owned(
      { id: path("id", z.string()), user },
      () => void (loads += 1) as undefined | { ownerId: string },
      (it) => it.ownerId,
    );
    const ask = serve([get("/:id", { deps: { note, limit } }, () => 1)]);
    assert.deepEqual(await statusesOf(ask, 3, "/n1", { as: "user.1" }), [404, 429, 429]);
    assert.equal(loads, 1);
  });
});

describe("a limit by address", () => {
  test("refuses before anyone is authenticated, in a route, a group and the guard of the API", async () => {
    for (const place of ["route", "group", "guard", "guard with the caller"]) {
      let verified = 0;
      const counted = authenticate({ token }, () => void (verified += 1) as undefined | { id: string });
      const limit = rateLimit({ by: "address", limits: [{ points: 2, ...minute }], store: memoryStore() });
      const guard = place === "guard" ? limit : depends({ counted, limit }, () => 1);
      const ask =
        place === "route"
          ? serve([get("/", { deps: { counted, limit } }, () => 1)])
          : place === "group"
            ? serve([group({ prefix: "/", deps: { counted, limit } }).get("/", {}, () => 1)])
            : serve([get("/", { deps: { counted } }, () => 1)], { guard });
      assert.deepEqual(await statusesOf(ask, 4, "/", { as: "guess" }), [401, 401, 429, 429], place);
      assert.equal(verified, 2, place);
      // The answer is the same for a caller whom nobody knows.
      const [known, unknown] = [await ask("/", { as: "user.1" }), await ask("/", { as: "nobody" })];
      assert.equal(known.text, unknown.text);
    }
  });

  test("does not start on a host that cannot tell the address, and says what to do", async () => {
    const limit = rateLimit({ by: "address", limits: [{ points: 2, ...minute }], store: memoryStore() });
    const api = createApi({ title: "t", version: "1", routes: [open("/", limit)] });
    await assert.rejects(api.fetch(new Request("http://x/")), {
      code: "client_address_unknown",
      message: /or count by something else with rateLimit\(\{ by: \{ deps, key \} \}\)/,
    });
  });

  test("counts once, however many routes and guards use it", async () => {
    const limit = rateLimit({ by: "address", limits: [{ points: 9, ...minute }], store: memoryStore() });
    const other = depends({ limit }, () => 1);
    const ask = serve([get("/", { public: "a test", deps: { limit, other } }, () => 1)], { guard: limit });
    assert.equal((await ask("/")).headers.get("ratelimit"), '"address";r=8;t=60');
  });
});

describe("a limit by credential", () => {
  test("counts each key once it is verified; a guess takes no place in the store", async () => {
    const keys: string[] = [];
    const key = apiKeyHeader({ name: "X-API-Key" });
    const client = authenticate({ key }, ({ key }) => (key.reveal().startsWith("good") ? { id: "c" } : undefined));
    const limit = rateLimit({ by: { credential: key }, limits: [{ points: 1, ...minute }], store: watched(memoryStore(), keys) });
    const ask = serve([get("/", { deps: { limit, client } }, () => 1)]);
    const as = (value: string) => ({ headers: { "x-api-key": value } });
    assert.deepEqual(await statusesOf(ask, 2, "/", as("guess")), [401, 401]);
    assert.deepEqual(keys, []);
    assert.deepEqual(await statusesOf(ask, 2, "/", as("good-1")), [200, 429]);
    assert.deepEqual(await statusesOf(ask, 1, "/", as("good-2")), [200]);
    assert.equal(new Set(keys).size, 2);
    assert.ok(
      keys.every((stored) => /^[\w-]{43}$/.test(stored)),
      "the store learns hashes only",
    );
  });
});

describe("a limit by a function", () => {
  test("counts by the text that it makes of other values, at once or later, however long it is", async () => {
    const keys: string[] = [];
    const plan = query("plan", z.string());
    const limit = rateLimit({
      by: { deps: { plan }, key: async ({ plan }) => plan },
      limits: [{ points: 1, ...minute }],
      store: watched(memoryStore(), keys),
    });
    const ask = serve([open("/", limit)]);
    const long = "a".repeat(5000);
    assert.deepEqual(await statusesOf(ask, 2, "/?plan=a"), [200, 429]);
    assert.deepEqual(await statusesOf(ask, 2, `/?plan=${long}`), [200, 429]);
    assert.deepEqual(await statusesOf(ask, 2, `/?plan=${long}b`), [200, 429]);
    assert.deepEqual(await statusesOf(ask, 1, "/"), [422]);
    assert.ok(keys.every((stored) => stored.length === 43));
  });

  test("that makes no text is a mistake: nobody gets past the limit", async () => {
    for (const key of [() => "", () => undefined, () => 1, async () => null, () => ({})]) {
      const limit = rateLimit({
        by: { deps: {}, key: key as () => string },
        limits: [{ points: 1, ...minute }],
        store: memoryStore(),
      });
      assert.equal((await serve([open("/", limit)])("/")).status, 500);
    }
  });

  test("may be denied, and its errors are those of a dependency", async () => {
    const limit = rateLimit({ by: { deps: {}, key: () => deny("no") }, limits: [{ points: 1, ...minute }], store: memoryStore() });
    assert.equal((await serve([open("/", limit)])("/")).status, 403);
  });
});

describe("a store that fails", () => {
  const broken = (error: unknown): RateLimitStore => ({
    counter: () => ({
      spend: async () => {
        // The tests decide which error a store fails with.
        // oxlint-disable-next-line typescript/only-throw-error
        throw error;
      },
    }),
  });
  const limits = [{ points: 1, ...minute }] as const;

  test("refuses requests with 503, unless the limit is declared to allow them; both are told", async () => {
    for (const [onStoreFailure, status] of [
      [undefined, 503],
      ["refuse", 503],
      ["allow", 200],
    ] as const) {
      const told: unknown[] = [];
      const cause = new Error("connection lost");
      const limit = rateLimit({
        by: "address",
        limits,
        store: broken(cause),
        onStoreError: (error) => void told.push(error),
        ...(onStoreFailure === undefined ? {} : { onStoreFailure }),
      });
      const answer = await serve([open("/", limit)])("/");
      assert.deepEqual([answer.status, answer.headers.get("ratelimit"), told], [status, null, [cause]]);
    }
  });

  test("may be one that throws, or answers what cannot be: it fails closed", async () => {
    const answers: readonly unknown[] = [undefined, null, {}, { isAllowed: 1, remaining: 1, resetMs: 1 }, { isAllowed: true }];
    const spends = [() => JSON.parse("{"), ...answers.map((counted) => async () => counted)];
    for (const spend of spends) {
      const store: RateLimitStore = { counter: () => ({ spend }) };
      const limit = rateLimit({ by: "address", limits, store, onStoreError: () => {} });
      assert.equal((await serve([open("/", limit)])("/")).status, 503);
    }
    // The control: a store of the application's own.
    const store: RateLimitStore = { counter: () => ({ spend: async () => ({ isAllowed: true, remaining: 1, resetMs: 1 }) }) };
    assert.equal((await serve([open("/", rateLimit({ by: "address", limits, store }))])("/")).status, 200);
  });

  test("that does not answer is waited for no longer than declared", async (t) => {
    const tick = stopTime(t);
    const asked = Promise.withResolvers<void>();
    const silent: RateLimitStore = {
      counter: () => ({
        spend: () => {
          asked.resolve();
          return new Promise(() => {});
        },
      }),
    };
    const told: string[] = [];
    const onStoreError = (error: unknown) => void told.push(error instanceof Error ? error.name : "");
    const limit = rateLimit({ by: "address", limits, store: silent, timeoutMs: 500, onStoreError });
    const answer = serve([open("/", limit)])("/");
    await asked.promise;
    // The timer starts after the question.
    await new Promise((resolve) => setImmediate(resolve));
    tick(500);
    assert.deepEqual([(await answer).status, told], [503, ["StoreTimeout"]]);
  });

  test("is one line a minute on standard error by default, without the error's words", async (t) => {
    const tick = stopTime(t);
    const lines: unknown[] = [];
    t.mock.method(console, "error", (...line: unknown[]) => void lines.push(line.join(" ")));
    const limit = rateLimit({ name: "calls", by: "address", limits, store: broken(new RangeError("redis://:secret@host")) });
    const ask = serve([open("/", limit)]);
    await statusesOf(ask, 3, "/");
    tick(60_000);
    await statusesOf(ask, 3, "/");
    const line = 'The store of the rate limit "calls" failed: RangeError';
    assert.deepEqual(lines, [line, line]);
  });

  test("is never worse because the listener fails, too", async (t) => {
    t.mock.method(console, "error", () => {});
    const onStoreError = () => {
      throw new Error("the listener");
    };
    const limit = rateLimit({ by: "address", limits, store: broken(new Error("x")), onStoreError, onStoreFailure: "allow" });
    assert.equal((await serve([open("/", limit)])("/")).status, 200);
  });

  test("says when to come back", async () => {
    const limit = rateLimit({ by: "address", limits, store: broken(new Unavailable("away")), onStoreError: () => {} });
    const { code, headers } = await serve([open("/", limit)])("/");
    assert.deepEqual([code, headers.get("retry-after")], ["unavailable", "5"]);
  });
});

test("a stream that stays open is counted once, though its guards run again", async () => {
  let lookups = 0;
  const again = Promise.withResolvers<void>();
  const watchedUser = authenticate({ token }, () => {
    lookups += 1;
    if (lookups === 4) again.resolve();
    return { id: "a" };
  });
  const keys: string[] = [];
  const store = watched(memoryStore(), keys);
  const limits = [{ points: 2, ...minute }] as const;
  const byUser = rateLimit({ by: { principal: watchedUser }, limits, store });
  const byAddress = rateLimit({ by: "address", limits, store });
  const pieces = async function* (): AsyncGenerator<string, void, void> {
    yield "a";
    await again.promise;
  };
  const route = get("/", { deps: { byUser, byAddress }, response: text("text/plain") }, () => stream(pieces()));
  const { status, text: body } = await serve([route], { recheckMs: 50 })("/", { as: "user.a" });
  assert.deepEqual([status, body, keys.length], [200, "a", 2]);
  assert.ok(lookups >= 4, "the guards ran again");
});

describe("beside other dependencies", () => {
  test("headers of others stay, and a limit that allows changes no answer", async () => {
    const limit = rateLimit({ by: "address", limits: [{ points: 1, ...minute }], store: memoryStore() });
    const headers = responseHeaders({ "X-Note": "A remark." });
    const noted = depends({ headers }, ({ headers }) => headers.set("X-Note", "a"));
    const ask = serve([post("/", { public: "a test", deps: { limit, noted }, status: 201 }, () => "made")]);
    const made = await ask("/", { method: "POST" });
    assert.deepEqual([made.status, made.text, made.headers.get("x-note")], [201, '"made"', "a"]);
  });

  test("a test may replace a limit, and a program outside HTTP passes a value", async () => {
    const limit = rateLimit({ by: "address", limits: [{ points: 1, ...minute }], store: memoryStore() });
    const api = createApi({ title: "t", version: "1", routes: [open("/", limit)] });
    const answer = serveFetch(api.with([[limit, []]]), { address: () => "192.0.2.1" });
    for (let count = 0; count < 3; count += 1) assert.equal((await answer(new Request("http://x/"))).status, 200);
    await assert.rejects(run(limit), { code: "wrong_dependency" });
    assert.deepEqual(await run(limit, { with: [[limit, []]] }), []);
  });

  test("it adds no protection", () => {
    const store = memoryStore();
    const byAddress = rateLimit({ by: "address", limits: [{ points: 1, ...minute }], store });
    assert.deepEqual([...byAddress["~dep"].facts], []);
    assert.throws(() => createApi({ title: "t", version: "1", routes: [get("/" as never, { deps: { byAddress } }, () => 1)] }), {
      code: "unprotected_route",
    });
    const active = authorize({ user }, ({ user }) => user);
    const byUser = rateLimit({ by: { principal: active }, limits: [{ points: 1, ...minute }], store });
    assert.deepEqual([...byUser["~dep"].facts].toSorted(), [...active["~dep"].facts].toSorted());
  });
});

describe("the document", () => {
  test("has the 429 with its headers, and what is left on every answer that was counted", () => {
    const store = memoryStore();
    const limit = rateLimit({ by: "address", limits: [{ points: 1, ...minute }], store });
    const api = createApi({
      title: "t",
      version: "1",
      routes: [get("/", { deps: { limit, user }, response: z.string() }, () => "a"), get("/free", { deps: { user } }, () => 1)],
    });
    const { responses } = api.openapi().paths["/"]?.get ?? {};
    const headersOf = (status: string) => Object.keys(responses?.[status]?.headers ?? {}).toSorted();
    assert.equal(responses?.["429"]?.description, "There were too many requests. Try again later.");
    assert.deepEqual(headersOf("429"), ["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"]);
    assert.deepEqual(headersOf("200"), ["RateLimit", "RateLimit-Policy", "X-Request-Id"]);
    // It is counted before the token is verified, so a wrong one was counted.
    assert.deepEqual(headersOf("401"), ["RateLimit", "RateLimit-Policy", "WWW-Authenticate", "X-Request-Id"]);
    assert.equal("429" in (api.openapi().paths["/free"]?.get?.responses ?? {}), false);
  });
});

/** The store, and the keys that it was asked for. */
function watched(store: RateLimitStore, keys: string[]): RateLimitStore {
  return {
    counter(limit) {
      const counter = store.counter(limit);
      return {
        spend(key, points) {
          keys.push(key);
          return counter.spend(key, points);
        },
      };
    },
  };
}

test("a rate limit that is wrong does not start, and the message says what to write", () => {
  const store = memoryStore();
  const fine = { by: "address", limits: [{ points: 1, ...minute }], store };
  const basic = httpBasic();
  const id = path("id", z.string());
  const wrong: readonly (readonly [options: object, message: RegExp])[] = [
    [{ by: undefined }, /set by to "address"/],
    [{ by: "ip" }, /set by to "address"/],
    [{ by: {} }, /set by to "address"/],
    [{ by: user }, /set by to "address"/],
    [{ by: { principal: undefined } }, /count by an authenticated dependency/],
    [{ by: { principal: { id: "u1" } } }, /count by an authenticated dependency/],
    [{ by: { principal: token } }, /count by an authenticated dependency/],
    [{ by: { principal: user, mispelt: 1 } }, /correct or remove the option "mispelt"/],
    [{ by: { credential: user } }, /count by a scheme/],
    [{ by: { credential: "token" } }, /count by a scheme/],
    [{ by: { deps: { id } } }, /set key to a function/],
    [{ by: { deps: {}, key: "a" } }, /set key to a function/],
    [{ by: { key: () => "a" } }, /pass a record of dependencies/],
    [{ limits: undefined }, /set limits to a list/],
    [{ limits: [] }, /set limits to a list/],
    [{ limits: { points: 1 } }, /set limits to a list/],
    [{ limits: [{ points: 0, ...minute }] }, /set points to a whole number, at least 1/],
    [{ limits: [{ points: 1.5, ...minute }] }, /set points/],
    [{ limits: [{ points: Infinity, ...minute }] }, /set points/],
    [{ limits: [{ points: "1", ...minute }] }, /set points/],
    [{ limits: [{ points: 1, windowSeconds: 0 }] }, /set windowSeconds/],
    [{ limits: [{ points: 1, windowSeconds: 0.5 }] }, /set windowSeconds/],
    [{ limits: [{ points: 1, windowSeconds: 40 * 86_400 }] }, /set windowSeconds/],
    [{ limits: [{ points: 1, windowSeconds: 25 * 86_400 }] }, /memoryStore\(\): set windowSeconds to at most 2073600/],
    [
      {
        limits: [
          { points: 1, ...minute },
          { points: 2, ...minute },
        ],
      },
      /give the limits names of their own/,
    ],
    [{ limits: [{ points: 1, ...minute, name: 'a";q=9' }] }, /write name with letters/],
    [{ store: undefined }, /set store to memoryStore\(\)/],
    [{ store: memoryStore }, /set store to memoryStore\(\)/],
    [{ name: "" }, /write name with letters/],
    [{ name: "a b" }, /write name with letters/],
    [{ cost: 0 }, /set cost/],
    [{ cost: 2 }, /lower cost: 2 is more than the 1 points/],
    [{ onStoreFailure: "ignore" }, /set onStoreFailure/],
    [{ timeoutMs: 0 }, /set timeoutMs/],
    [{ onStoreError: "log" }, /set onStoreError/],
  ];
  for (const [options, message] of wrong) {
    // JavaScript callers pass anything.
    assert.throws(() => rateLimit({ ...fine, ...options } as never), { name: "BuildError", message }, JSON.stringify(options));
  }
  for (const maxKeys of [0, 1.5, "1"]) assert.throws(() => memoryStore({ maxKeys: maxKeys as number }), { code: "wrong_option" });
  const byBasic = rateLimit({ ...fine, by: { credential: basic } } as never);
  assert.ok(byBasic, "the credential of a scheme is known at the first request only");
});

test("two limits of one API that would count together do not start", () => {
  const store = memoryStore();
  const limits = [{ points: 1, ...minute }] as const;
  const [a, b] = [rateLimit({ by: "address", limits, store }), rateLimit({ by: "address", limits, store })];
  const start = (...all: readonly AnyDependency[]) =>
    createApi({ title: "t", version: "1", routes: all.map((limit, index) => open(`/${index}`, limit)) });
  assert.throws(() => start(a, b), { code: "wrong_option", message: /^GET \/1: give this rate limit or that of GET \/0 a name/ });
  start(a, a);
  start(a, rateLimit({ name: "b", by: "address", limits, store }));
  start(a, rateLimit({ by: "address", limits, store: memoryStore() }));
  const byUser = rateLimit({ by: { principal: user }, limits, store });
  createApi({ title: "t", version: "1", routes: [open("/", a), get("/me", { deps: { byUser } }, () => 1)] });
});
