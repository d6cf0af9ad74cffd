/** `createApi({ translate })`, as the client and the log see it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  type AnyDependency,
  authenticate,
  authorize,
  body,
  BuildError,
  createApi,
  deny,
  depends,
  get,
  httpBearer,
  InvalidCredential,
  LockstepError,
  notFound,
  post,
  Problem,
  problem,
  reply,
  resource,
  responseHeaders,
  stream,
  Unavailable,
  unchecked,
  text,
} from "../index.ts";

class Conflict extends Error {
  override readonly name = "Conflict";
}
class NameTaken extends Conflict {
  readonly taken: string;
  constructor(taken: string) {
    super("taken");
    this.taken = taken;
  }
}
class Strange {
  readonly strange = true;
}

const any = (value: unknown): never => value as never;
const raise = (error: unknown) => (): never => {
  // An application may throw anything.
  // oxlint-disable-next-line typescript/only-throw-error
  throw error;
};
const conflict = (error: Conflict): never => problem(409, "conflict", error.message);
const toConflict = [[Conflict, conflict]] as const;

/** A list without types, as `createApi()` takes it. */
type List = readonly unknown[];

/** Asks a route of one handler. Says the status, the code, the errors that onError got and the audit events. */
async function answerOf(translate: List, handler: () => unknown, deps: Readonly<Record<string, AnyDependency>> = {}) {
  const errors: unknown[] = [];
  const events: string[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: (event) => events.push("reason" in event ? `${event.type} ${event.reason}` : event.type),
    onError: (error) => errors.push(error instanceof Error ? error.name : error),
    translate: any(translate),
    routes: [get("/" as never, { public: "a test", deps, response: unchecked("a test") }, handler)],
  });
  const response = await api.fetch(new Request("http://x/"));
  const text = await response.text();
  const code = text.startsWith("{") ? (JSON.parse(text) as { readonly code: string }).code : undefined;
  return { status: response.status, code, errors, events };
}
const translated = { status: 409, code: "conflict", errors: [], events: [] };
const failed = (name: unknown, at = "the handler") => ({
  status: 500,
  code: "internal_error",
  errors: [name],
  events: [`error.unexpected ${at}: ${name}`],
});

describe("an error whose class is listed", () => {
  const broken = { broken: depends({}, raise(new Conflict("x"))) };

  test("becomes its problem, wherever it is thrown, and nobody is woken", async () => {
    assert.deepEqual(await answerOf(toConflict, raise(new Conflict("x"))), translated);
    assert.deepEqual(await answerOf(toConflict, async () => raise(new Conflict("x"))()), translated);
    assert.deepEqual(await answerOf(toConflict, () => 1, broken), translated);
    const opening = resource({}, async function* () {
      yield raise(new Conflict("x"))();
    });
    assert.deepEqual(await answerOf(toConflict, () => 1, { opening }), translated);
    const closing = resource({}, async function* () {
      yield 1;
      raise(new Conflict("the commit"))();
    });
    assert.deepEqual(await answerOf(toConflict, () => 1, { closing }), translated);
    const closingNow = resource({}, function* () {
      yield 1;
      raise(new Conflict("the commit"))();
    });
    assert.deepEqual(await answerOf(toConflict, () => 1, { closingNow }), translated);
    // The control: without the list it is a failure.
    assert.deepEqual(await answerOf([], raise(new Conflict("x"))), failed("Conflict"));
    assert.deepEqual(await answerOf([], () => 1, broken), failed("Conflict", "broken"));
    assert.deepEqual(await answerOf(toConflict, raise(new TypeError("x"))), failed("TypeError"));
  });

  test("becomes its problem when a guard throws it, and the request goes no further", async () => {
    let handled = 0;
    const user = authenticate({ token: httpBearer() }, () => ({ id: "1" }));
    const guards = [authenticate({ token: httpBearer() }, raise(new Conflict("x"))), authorize({ user }, raise(new Conflict("x")))];
    for (const guard of guards) {
      const api = createApi({
        title: "t",
        version: "1",
        audit: () => {},
        translate: [[Conflict, conflict]],
        routes: [get("/" as never, { deps: { guard } }, () => void (handled += 1))],
      });
      const response = await api.fetch(new Request("http://x/", { headers: { authorization: "Bearer t" } }));
      assert.deepEqual([response.status, handled], [409, 0]);
    }
  });

  test("is thrown into the resources first, which may answer themselves", async () => {
    const seen: unknown[] = [];
    const watching = resource({}, function* () {
      try {
        yield 1;
      } catch (error) {
        seen.push(error instanceof Conflict);
        throw error;
      }
    });
    assert.deepEqual(await answerOf(toConflict, raise(new Conflict("x")), { watching }), translated);
    assert.deepEqual(seen, [true]);
    const answering = resource({}, function* () {
      try {
        yield 1;
      } catch {
        problem(418, "teapot", "No.");
      }
    });
    assert.equal((await answerOf(toConflict, raise(new Conflict("x")), { answering })).code, "teapot");
  });

  test("that a rollback fails over is still translated, and the rollback is reported", async () => {
    const rollback = resource({}, async function* () {
      try {
        yield 1;
      } catch {
        throw new RangeError("the rollback failed");
      }
    });
    const { status, errors } = await answerOf(toConflict, raise(new Conflict("x")), { rollback });
    assert.deepEqual([status, errors], [409, ["RangeError"]]);
  });

  test("may be refused, hidden or called an outage", async () => {
    const refused = await answerOf([[Conflict, () => deny("no")]], raise(new Conflict("x")));
    assert.deepEqual(refused, { status: 403, code: "forbidden", errors: [], events: ["authorization.denied no"] });
    const hidden = await answerOf([[Conflict, () => notFound()]], raise(new Conflict("x")));
    assert.deepEqual(hidden, { status: 404, code: "not_found", errors: [], events: [] });
    for (const away of [() => raise(new Unavailable("away"))(), () => new Unavailable("away")]) {
      const { status, errors, events } = await answerOf([[Conflict, away]], raise(new Conflict("x")));
      // What fails on the server's side is reported, the cause as well.
      assert.deepEqual(
        [status, errors, events],
        [503, ["Conflict"], ["error.unexpected the handler: Conflict", "error.unavailable away"]],
      );
    }
    const gateway = await answerOf([[Conflict, () => problem(502, "upstream", "x")]], raise(new Conflict("x")));
    assert.deepEqual([gateway.status, gateway.errors], [502, ["Conflict", "Problem"]]);
  });

  test("may be an invalid credential, if a guard's library throws it: 401 with the challenge of its scheme", async () => {
    const events: unknown[] = [];
    const user = authenticate({ token: httpBearer() }, raise(new Conflict("expired")));
    const api = createApi({
      title: "t",
      version: "1",
      audit: (event) => events.push({ ...event, at: 0, requestId: "" }),
      translate: [[Conflict, (error) => raise(new InvalidCredential(error.message))()]],
      routes: [get("/", { deps: { user } }, () => 1)],
    });
    const response = await api.fetch(new Request("http://x/", { headers: { authorization: "Bearer t" } }));
    assert.deepEqual([response.status, response.headers.get("www-authenticate")], [401, 'Bearer realm="t", error="invalid_token"']);
    assert.deepEqual(events.length, 1);
    assert.partialDeepStrictEqual(events[0], {
      type: "authentication.failed",
      schemes: ["HTTPBearer"],
      reason: "expired",
      dependency: "user",
    });
  });

  test("may become a problem that was made elsewhere, at once or later", async () => {
    const taken = new Problem(409, "conflict", "x");
    for (const translate of [() => taken, async () => taken, async () => conflict(new Conflict("x")), raise(taken)])
      assert.deepEqual(await answerOf([[Conflict, translate]], raise(new Conflict("x"))), translated);
  });
});

describe("the entries of the list", () => {
  test("are asked in order: the first whose class matches and that answers decides", async () => {
    const list = [
      [NameTaken, (error: NameTaken) => (error.taken === "a" ? problem(409, "a", "a") : undefined)],
      [class Other extends Error {}, () => problem(409, "never", "x")],
      [Conflict, async (error: Conflict) => (error.message === "taken" ? problem(409, "b", "b") : undefined)],
      [Error, (error: Error) => (error.message === "y" ? problem(409, "c", "c") : undefined)],
    ];
    assert.equal((await answerOf(list, raise(new NameTaken("a")))).code, "a");
    assert.equal((await answerOf(list, raise(new NameTaken("b")))).code, "b");
    assert.equal((await answerOf(list, raise(new Conflict("y")))).code, "c");
    assert.deepEqual(await answerOf(list, raise(new Conflict("z"))), failed("Conflict"));
  });

  test("are not asked about refusals, problems, outages and mistakes that Lockstep finds", async () => {
    let asked = 0;
    const all = [[Object, () => void (asked += 1)]];
    for (const [handler, status] of [
      [() => deny("no"), 403],
      [() => notFound(), 404],
      [() => problem(410, "gone", "x"), 410],
      [raise(new Problem(503, "busy", "x")), 503],
      [raise(new Unavailable("away")), 503],
      [raise(new InvalidCredential("x")), 401],
      [() => reply(200, new Error("x")), 500],
      [raise(new BuildError("wrong_result", "x")), 500],
    ] as const) {
      assert.equal((await answerOf(all, handler)).status, status);
    }
    assert.equal(asked, 0);
    await answerOf(all, raise(new Strange()));
    assert.equal(asked, 1);
  });

  test("are not asked about the cause of an error: who wraps an error says more", async () => {
    assert.deepEqual(await answerOf(toConflict, raise(new Error("x", { cause: new Conflict("y") }))), failed("Error"));
    const unwrapping = [[Error, ({ cause }: Error) => (cause instanceof Conflict ? conflict(cause) : undefined)]];
    assert.deepEqual(await answerOf(unwrapping, raise(new Error("x", { cause: new Conflict("y") }))), translated);
  });

  test("match thrown texts by String and thrown objects by Object; nothing that was thrown is nothing to translate", async () => {
    const text = [[String, (thrown: unknown) => (thrown === "conflict" ? problem(409, "conflict", "x") : undefined)]];
    assert.deepEqual(await answerOf(text, raise("conflict")), translated);
    assert.deepEqual(await answerOf(text, raise("other")), {
      ...failed("other"),
      events: ["error.unexpected the handler: string"],
    });
    const object = [[Object, (thrown: { code?: string }) => (thrown.code === "23505" ? problem(409, "conflict", "x") : undefined)]];
    assert.deepEqual(await answerOf(object, raise({ code: "23505" })), translated);
    assert.equal((await answerOf(object, raise({ code: "1" }))).status, 500);
    for (const nothing of [undefined, null]) assert.equal((await answerOf(object, raise(nothing))).status, 500);
  });

  test("that fail are reported with the error they were asked about: 500", async () => {
    const broken = [
      [() => JSON.parse("{"), "SyntaxError"],
      [async () => JSON.parse("{"), "SyntaxError"],
      [() => "conflict", "BuildError"],
      [() => reply(409, 1), "BuildError"],
      [() => null, "BuildError"],
      [async () => 409, "BuildError"],
      [() => problem(200, "x", "y"), "BuildError"],
      [() => problem(409, "x", "y", { headers: { "x-a": "\n" } }), "BuildError"],
    ] as const;
    for (const [translate, name] of broken) {
      const { status, code, errors } = await answerOf([[Conflict, translate]], raise(new Conflict("x")));
      assert.deepEqual([status, code, errors], [500, "internal_error", ["Conflict", name]]);
    }
  });

  test("never see a value that cannot be read", async () => {
    const unreadable = new Proxy(new Conflict("x"), {
      getPrototypeOf: () => {
        throw new Error("no");
      },
    });
    assert.equal((await answerOf([[Conflict, conflict]], raise(unreadable))).status, 500);
    const hostile = { [Symbol.hasInstance]: () => JSON.parse("{"), prototype: {} };
    const strange = Object.assign(function strange() {}, {});
    Object.defineProperty(strange, Symbol.hasInstance, { value: hostile[Symbol.hasInstance] });
    const { status, errors } = await answerOf([[strange, conflict]], raise(new Conflict("x")));
    assert.deepEqual([status, errors], [500, ["Conflict", "SyntaxError"]]);
  });
});

test("a list that is wrong does not start, and the message says what to write", () => {
  const fine = () => undefined;
  const wrong: readonly (readonly [list: unknown, message: RegExp])[] = [
    [{}, /pass a list of pairs/],
    [[Conflict], /pass pairs/],
    [[[Conflict]], /pass pairs/],
    [[[Conflict, fine, {}, 1]], /pass pairs/],
    [[["Conflict", fine]], /begin each entry with a class/],
    [[[() => true, fine]], /begin each entry with a class/],
    [[[undefined, fine]], /begin each entry with a class/],
    [[[Conflict, "409"]], /write a function after Conflict/],
    [[[Conflict, fine, { mispelt: "x" }]], /problems/],
    [[[Conflict, fine, { 200: "x" }]], /problems/],
    [
      [
        [Conflict, fine],
        [NameTaken, fine],
      ],
      /move NameTaken before Conflict, which it extends: it would never be asked/,
    ],
    [
      [
        [Error, fine],
        [TypeError, fine],
      ],
      /move TypeError before Error/,
    ],
    [
      [
        [Object, fine],
        [String, fine],
      ],
      /move String before Object/,
    ],
    [
      [
        [Conflict, fine],
        [Conflict, fine],
      ],
      /name Conflict once/,
    ],
    [[[Problem, fine]], /remove Problem/],
    [[[LockstepError, fine]], /remove LockstepError/],
    [[[class Mine extends Problem {}, fine]], /remove Mine/],
    [[[Unavailable, fine]], /remove Unavailable/],
  ];
  for (const [list, message] of wrong) {
    assert.throws(() => createApi({ title: "t", version: "1", routes: [], translate: any(list) }), {
      code: "wrong_option",
      message,
    });
  }
  createApi({
    title: "t",
    version: "1",
    routes: [],
    translate: [
      [NameTaken, fine],
      [Conflict, fine],
      [Error, fine],
      [Object, fine],
    ],
  });
});

test("an OAuth endpoint answers a translated error in its own form", async () => {
  const route = post("/token", { public: "a test", errors: "oauth" }, raise(new Conflict("x")));
  const api = createApi({ title: "t", version: "1", audit: () => {}, translate: [[Conflict, conflict]], routes: [route] });
  const response = await api.fetch(new Request("http://x/token", { method: "POST" }));
  assert.deepEqual([response.status, await response.json()], [409, { error: "invalid_request", error_description: "x" }]);
});

test("a translated error keeps the headers that dependencies added", async () => {
  const headers = responseHeaders({ "X-Note": "A remark." });
  const noted = depends({ headers }, ({ headers }) => headers.set("X-Note", "a"));
  const route = get("/", { public: "a test", deps: { noted } }, raise(new Conflict("x")));
  const api = createApi({ title: "t", version: "1", audit: () => {}, translate: [[Conflict, conflict]], routes: [route] });
  const response = await api.fetch(new Request("http://x/"));
  assert.deepEqual([response.status, response.headers.get("x-note")], [409, "a"]);
});

test("an API with overrides translates, too", async () => {
  const value = depends({}, () => 1);
  const route = get("/", { public: "a test", deps: { value } }, raise(new Conflict("x")));
  const api = createApi({ title: "t", version: "1", audit: () => {}, translate: [[Conflict, conflict]], routes: [route] });
  assert.equal((await api.with([[value, 2]]).fetch(new Request("http://x/"))).status, 409);
});

test("an error of a stream before its first piece becomes its problem", async () => {
  async function* pieces() {
    await Promise.resolve();
    yield raise(new Conflict("x"))();
  }
  const route = get("/", { public: "a test", response: text("text/plain") }, () => stream(pieces()));
  const api = createApi({ title: "t", version: "1", audit: () => {}, translate: [[Conflict, conflict]], routes: [route] });
  assert.equal((await api.fetch(new Request("http://x/"))).status, 409);
});

test("a stream that fails later has begun its answer: it breaks off, and its own error is reported", async () => {
  const errors: unknown[] = [];
  async function* pieces() {
    yield "one";
    raise(new Conflict("x"))();
  }
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => errors.push(error instanceof Conflict),
    translate: [[Conflict, conflict]],
    routes: [get("/", { public: "a test", response: text("text/plain") }, () => stream(pieces()))],
  });
  const response = await api.fetch(new Request("http://x/"));
  await assert.rejects(response.text());
  assert.deepEqual([response.status, errors], [200, [true]]);
});

describe("the document", () => {
  const list = [
    [Conflict, conflict, { 409: "It exists already." }],
    [Strange, () => undefined, { 422: "It is strange.", 503: "Too strange." }],
  ] as const;
  const responsesOf = (route: ReturnType<typeof get>) => {
    const [item] = Object.values(createApi({ title: "t", version: "1", routes: [route], translate: list }).openapi().paths);
    const responses = Object.entries((item?.get ?? item?.post)?.responses ?? {});
    return Object.fromEntries(responses.map(([status, { description }]) => [status, description]));
  };

  test("has the problems of the list with every route, in the words of the nearest", () => {
    const plain = responsesOf(get("/", { public: "a test", response: z.string() }, () => "a"));
    assert.deepEqual(plain, { 200: "Success.", 409: "It exists already.", 422: "It is strange.", 503: "Too strange." });
    const own = responsesOf(get("/", { public: "a test", response: z.string(), problems: { 409: "Taken." } }, () => "a"));
    assert.equal(own["409"], "Taken.");
    const below = depends({}, () => 1, { problems: { 409: "The name is taken." } });
    assert.equal(responsesOf(get("/", { public: "a test", deps: { below } }, () => 1))["409"], "The name is taken.");
    const item = body(z.object({ a: z.string() }));
    assert.match(
      responsesOf(post("/", { status: 200, public: "a test", deps: { item } }, () => 1))["422"] ?? "",
      /The inputs do not fit/,
    );
  });

  test("says nothing of a class without them", () => {
    const bare = createApi({
      title: "t",
      version: "1",
      translate: [[Conflict, conflict]],
      routes: [get("/", { public: "a test", response: z.string() }, () => "a")],
    });
    assert.deepEqual(Object.keys(bare.openapi().paths["/"]?.get?.responses ?? {}), ["200"]);
  });
});
