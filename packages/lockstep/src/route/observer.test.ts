import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  type Api,
  type ApiOptions,
  afterAnswer,
  type AnswerEvent,
  authenticate,
  authorize,
  createApi,
  deny,
  get,
  httpBearer,
  identified,
  type Observation,
  type ObservedRequest,
  type Observer,
  query,
  resource,
  stream,
  text,
} from "../index.ts";
import { eventually } from "../testing/eventually.ts";

const where = new AsyncLocalStorage<string>();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const here = (): string => where.getStore() ?? "outside";

const tokens = {
  robot: () => ({ id: "r1", kind: "service" }),
  named: () => ({ id: "n1", kind: "alice@example.com" }),
  client: () => identified({ name: "batch" }, { sub: "batch", client_id: "batch" }),
  user: () => identified({ name: "Alice" }, { sub: "alice", client_id: "web" }),
  plain: () => ({ id: "p1" }),
} as const;

const user = authenticate({ token: httpBearer() }, ({ token }) => {
  const make = Object.entries(tokens).find(([name]) => name === token.reveal())?.[1];
  return make === undefined ? undefined : make();
});
const admin = authorize({ user }, ({ user }) => (user === undefined ? deny("nobody") : deny("not an admin")));

/** An API whose every part says where it ran. */
function places(observe: Observer, options: Partial<ApiOptions> = {}): { readonly api: Api; readonly ran: string[] } {
  const ran: string[] = [];
  const guard = authorize({ user }, async ({ user }) => {
    await turn();
    ran.push(`guard ${here()}`);
    return user;
  });
  const db = resource({}, async function* () {
    ran.push(`open ${here()}`);
    yield 1;
    await turn();
    ran.push(`close ${here()}`);
  });
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: () => {},
    observe,
    ...options,
    routes: [
      get("/plain", { deps: { guard, db, later: afterAnswer() } }, async ({ later }) => {
        await turn();
        ran.push(`handler ${here()}`);
        later(() => void ran.push(`work ${here()}`));
        return here();
      }),
      get("/events", { deps: { guard, db }, response: text("text/event-stream") }, () =>
        stream(
          (async function* () {
            ran.push(`piece ${here()}`);
            yield "one";
            await turn();
            ran.push(`piece ${here()}`);
            yield "two";
          })(),
        ),
      ),
      get("/admin", { deps: { admin } }, () => "never"),
      get("/number", { deps: { user, n: query("n", z.coerce.number()) } }, ({ n }) => n),
      get("/broken", { public: "a test" }, () => {
        throw new TypeError("canary");
      }),
    ],
  });
  return { api, ran };
}

async function ask(api: Api, target: string, token?: string): Promise<{ readonly status: number; readonly text: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await api.fetch(new Request(`http://localhost${target}`, { headers }));
  return { status: response.status, text: await response.text() };
}

/** An observer that makes its request known to everything that runs inside. */
function following(): { readonly observer: Observer; readonly begun: ObservedRequest[]; readonly answers: AnswerEvent[] } {
  const [begun, answers]: [ObservedRequest[], AnswerEvent[]] = [[], []];
  const observer: Observer = {
    begin: (request) => {
      begun.push(request);
      return { run: (act) => where.run("inside", act), answered: (event) => void answers.push(event) };
    },
  };
  return { observer, begun, answers };
}

describe("everything of a request that an observer follows runs inside its observation:", () => {
  test("guards, resources, the handler, and work after the answer", async () => {
    const { observer, answers } = following();
    const { api, ran } = places(observer);
    assert.deepEqual(await ask(api, "/plain", "plain"), { status: 200, text: '"inside"' });
    await eventually(() => ran.length === 5, 30_000, "the work is done");
    assert.deepEqual(ran.toSorted(), ["close inside", "guard inside", "handler inside", "open inside", "work inside"]);
    assert.deepEqual(
      answers.map(({ route, access }) => [route, access]),
      [["GET /plain", "allowed"]],
    );
    await api.close();
  });

  test("each piece of a stream, and what closes after it", async () => {
    const { observer, answers } = following();
    const { api, ran } = places(observer);
    assert.equal((await ask(api, "/events", "plain")).text, "onetwo");
    assert.deepEqual(ran.toSorted(), ["close inside", "guard inside", "open inside", "piece inside", "piece inside"]);
    assert.deepEqual(
      answers.map(({ status, brokenOff }) => [status, brokenOff]),
      [[200, undefined]],
    );
  });
});

test("an observer learns the template of the route, and no path and no query", async () => {
  const { observer, begun } = following();
  const { api } = places(observer);
  await ask(api, "/number?n=1", "plain");
  await ask(api, "/nowhere");
  assert.deepEqual(
    begun.map(({ method, template, secure, headers }) => [method, template, secure, headers("authorization")]),
    [
      ["GET", "/number", false, ["Bearer plain"]],
      ["GET", undefined, false, []],
    ],
  );
  assert.deepEqual(Object.keys(begun[0] ?? {}).toSorted(), ["headers", "method", "requestId", "secure", "template"]);
});

describe("the event of an answer", () => {
  for (const [target, token, expected] of [
    ["/plain", undefined, ["refused", "HTTPBearer", undefined]],
    ["/plain", "unknown", ["refused", "guard → user", undefined]],
    ["/admin", "plain", ["refused", "admin", undefined]],
    ["/number?n=x", "plain", [undefined, undefined, undefined]],
    ["/broken", undefined, ["allowed", undefined, "TypeError"]],
    ["/nowhere", undefined, [undefined, undefined, undefined]],
  ] as const) {
    test(`of ${target} ${token ?? "without a token"} says ${String(expected[0])}`, async () => {
      const { observer, answers } = following();
      await ask(places(observer).api, target, token);
      assert.deepEqual(
        answers.map(({ access, refusedBy, error }) => [access, refusedBy, error]),
        [expected],
      );
    });
  }

  test("has the kind of the caller, and nothing else in its place", async () => {
    const kinds: Record<string, string | undefined> = {};
    for (const token of Object.keys(tokens)) {
      const { observer, answers } = following();
      await ask(places(observer).api, "/plain", token);
      kinds[token] = answers[0]?.subjectKind;
    }
    assert.deepEqual(kinds, { robot: "service", named: undefined, client: "client", user: "user", plain: undefined });
  });
});

const lost = (): never => {
  throw new TypeError("canary");
};
const lostLater = (): unknown => Promise.reject(new TypeError("canary"));

describe("an observer that misbehaves changes no answer:", () => {
  const answered = (): void => {};
  for (const [what, observer] of Object.entries<Observer>({
    "begin() throws": { begin: lost },
    // The compiler or the linter refuses the next three, and what rejects below.
    "begin() rejects": { begin: lostLater as unknown as Observer["begin"] },
    "begin() returns text": { begin: () => "text" as unknown as Observation },
    "begin() returns null": { begin: () => null as unknown as Observation },
    "begin() returns nothing": { begin: () => undefined },
    "run() throws": { begin: () => ({ run: lost, answered }) },
    "run() does not run": { begin: () => ({ run: () => {}, answered }) },
    "answered() throws": { begin: () => ({ answered: lost }) },
    "answered() rejects": { begin: () => ({ answered: lostLater }) },
    "audited() throws": { begin: () => undefined, audited: lost },
    "audited() rejects": { begin: () => undefined, audited: lostLater },
  })) {
    test(what, async (t) => {
      const told = t.mock.method(console, "error", () => {});
      const audited: string[] = [];
      const { api, ran } = places(observer, { audit: ({ type }) => void audited.push(type) });
      assert.deepEqual(await ask(api, "/plain", "plain"), { status: 200, text: '"outside"' });
      assert.equal((await ask(api, "/events", "plain")).text, "onetwo");
      assert.equal((await ask(api, "/plain")).status, 401);
      assert.equal((await ask(api, "/broken")).status, 500);
      assert.equal((await ask(api, "/nowhere")).status, 404);
      await eventually(() => ran.includes("work outside"), 30_000, "the work is done");
      assert.deepEqual(audited, ["authentication.absent", "error.unexpected"]);
      assert.ok(!JSON.stringify(told.mock.calls).includes("canary"));
    });
  }
});

test("a request that an observer leaves out is answered as without one", async () => {
  const { observer, answers } = following();
  const { api } = places({ begin: (request) => (request.template === "/plain" ? undefined : observer.begin(request)) });
  assert.equal((await ask(api, "/plain", "plain")).text, '"outside"');
  await ask(api, "/number?n=1", "plain");
  assert.deepEqual(
    answers.map(({ route }) => route),
    ["GET /number"],
  );
});

test("an option that is not an observer is refused", () => {
  for (const observe of [null, {}, () => {}, "otel"]) {
    assert.throws(() => createApi({ title: "t", version: "1", routes: [], observe: observe as unknown as Observer }), {
      code: "wrong_option",
      message: "createApi(): set observe to an observer, for example openTelemetry()",
    });
  }
});
