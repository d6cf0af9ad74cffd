/** What a resource throws while an error is thrown into it, as the client and the log see it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Dependency,
  authorize,
  createApi,
  deny,
  depends,
  get,
  httpBearer,
  authenticate,
  notFound,
  problem,
  resource,
  stream,
  Unavailable,
  text,
} from "../index.ts";

class Duplicate extends Error {
  override readonly name = "Duplicate";
}

const duplicate = (): never => {
  throw new Duplicate("unique violation");
};
const taken = (): never => problem(409, "taken", "There is one of this name.");

type Catch = (error: unknown) => void;

/** A resource that does something with a thrown error and throws it again; `seen` gets it first. */
const kinds = {
  sync: (translate: Catch, seen: unknown[] = []) =>
    resource({}, function* () {
      try {
        yield "db";
      } catch (error) {
        seen.push(error);
        translate(error);
        throw error;
      }
    }),
  async: (translate: Catch, seen: unknown[] = []) =>
    resource({}, async function* () {
      try {
        yield "db";
      } catch (error) {
        seen.push(error);
        await Promise.resolve();
        translate(error);
        throw error;
      }
    }),
};

const onDuplicate: Catch = (error) => {
  if (error instanceof Duplicate) taken();
};

/** Asks a route of one handler. Says the status, the code, what onError got and which events there were. */
async function answerOf(deps: Readonly<Record<string, Dependency<unknown>>>, handler: () => unknown) {
  const errors: unknown[] = [];
  const events: string[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: (event) => events.push("reason" in event ? `${event.type} ${event.reason}` : event.type),
    onError: (error) => errors.push(error),
    routes: [get("/", { public: "a test", status: 204, deps }, () => void handler())],
  });
  const response = await api.fetch(new Request("http://x/"));
  const sent = await response.text();
  // A problem is a record with a code; a success has no body.
  const code = sent === "" ? undefined : (JSON.parse(sent) as { readonly code: string }).code;
  return { status: response.status, code, errors, events };
}

for (const [kind, make] of Object.entries(kinds)) {
  describe(`a resource that closes ${kind}hronously`, () => {
    test("turns an error that nothing expected into a problem: it is the answer, and nobody is woken", async () => {
      const answer = await answerOf({ db: make(onDuplicate) }, duplicate);
      assert.deepEqual(answer, { status: 409, code: "taken", errors: [], events: [] });
      // The controls: an error that it does not translate, and a success.
      const other = await answerOf({ db: make(onDuplicate) }, () => {
        throw new TypeError("x");
      });
      assert.deepEqual([other.status, other.errors.length, other.events], [500, 1, ["error.unexpected the handler: TypeError"]]);
      assert.equal((await answerOf({ db: make(onDuplicate) }, () => undefined)).status, 204);
    });

    test("turns an error of a dependency into a problem, too", async () => {
      const broken = depends({ db: make(onDuplicate) }, duplicate);
      assert.deepEqual(await answerOf({ broken }, () => undefined), { status: 409, code: "taken", errors: [], events: [] });
    });

    test("answers with a failure of the server, and the error that it comes from is reported all the same", async () => {
      const busy = await answerOf({ db: make(() => problem(503, "busy", "Later.")) }, duplicate);
      assert.deepEqual([busy.status, busy.code], [503, "busy"]);
      assert.deepEqual(
        busy.errors.map((error) => error instanceof Error && error.name),
        ["Duplicate", "Problem"],
      );
      const away = await answerOf(
        {
          db: make(() => {
            throw new Unavailable("the store is away");
          }),
        },
        duplicate,
      );
      assert.deepEqual([away.status, away.code], [503, "unavailable"]);
      assert.deepEqual(away.events, ["error.unexpected the handler: Duplicate", "error.unavailable the store is away"]);
    });

    test("may refuse with deny(): 403, and the reason is in the audit log", async () => {
      const db = make(() => deny("the quota is used up"));
      assert.deepEqual(await answerOf({ db }, duplicate), {
        status: 403,
        code: "forbidden",
        errors: [],
        events: ["authorization.denied the quota is used up"],
      });
    });

    test("that throws what cannot be read is a failure like any other", async () => {
      const unreadable = new Proxy(new Error("x"), {
        getPrototypeOf: () => {
          throw new Error("no");
        },
      });
      const db = make(() => {
        throw unreadable;
      });
      const { status, errors } = await answerOf({ db }, duplicate);
      assert.deepEqual([status, errors.length], [500, 2]);
    });

    test("never replaces a refusal or a problem", async () => {
      const seen: unknown[] = [];
      const db = make(() => problem(418, "teapot", "No."), seen);
      for (const [handler, status] of [
        [() => problem(410, "gone", "It was here."), 410],
        [() => notFound(), 404],
        [() => problem(503, "busy", "Later."), 503],
      ] as const) {
        assert.equal((await answerOf({ db }, handler)).status, status);
      }
      const refusing = depends({ db }, () => deny("no"));
      assert.equal((await answerOf({ refusing }, () => undefined)).status, 403);
      assert.equal(seen.length, 4, "each was thrown in");
    });

    test("does not hide a mistake that the toolkit found", async () => {
      const { status, errors } = await answerOf({ db: make(taken), wrong: resource({}, returnsNothing) }, () => undefined);
      assert.deepEqual([status, errors.length], [500, 1]);
    });

    test("that fails while it rolls back changes nothing, and both errors are reported", async () => {
      const db = make(() => {
        throw new RangeError("the rollback failed");
      });
      const { status, code, errors } = await answerOf({ db }, duplicate);
      assert.deepEqual([status, code], [500, "internal_error"]);
      assert.deepEqual(
        errors.map((error) => error instanceof Error && error.name),
        ["Duplicate", "RangeError"],
      );
    });

    test("hands its translation on to those that were opened before it; they cannot replace it", async () => {
      const seen: unknown[] = [];
      const outer = make(() => problem(418, "teapot", "No."), seen);
      const inner = make(onDuplicate);
      const answer = await answerOf({ outer, inner }, duplicate);
      assert.deepEqual(answer, { status: 409, code: "taken", errors: [], events: [] });
      assert.deepEqual(
        seen.map((error) => error instanceof Error && "code" in error && error.code),
        ["taken"],
      );
    });

    test("translates what those opened after it let out", async () => {
      const inner = make(() => {});
      assert.equal((await answerOf({ outer: make(onDuplicate), inner }, duplicate)).status, 409);
    });

    test("translates the error of a commit that was opened after it", async () => {
      const inner = resource({}, async function* () {
        yield "transaction";
        duplicate();
      });
      const answer = await answerOf({ outer: make(onDuplicate), inner }, () => undefined);
      assert.deepEqual(answer, { status: 409, code: "taken", errors: [], events: [] });
      // The control: without the outer one it is a failure.
      const { status, errors } = await answerOf({ inner }, () => undefined);
      assert.deepEqual([status, errors.length], [500, 1]);
    });
  });
}

function* returnsNothing(): Generator<string, void, void> {
  const names: string[] = [];
  yield* names;
}

describe("a translation", () => {
  test("never lets a request past a guard", async () => {
    const db = kinds.async(onDuplicate);
    const user = authenticate({ token: httpBearer(), db }, () => ({ id: "1" }));
    const active = authorize({ user, db }, () => duplicate());
    let handled = 0;
    const api = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      routes: [get("/", { deps: { active }, status: 204 }, () => void (handled += 1))],
    });
    const response = await api.fetch(new Request("http://x/", { headers: { authorization: "Bearer t" } }));
    assert.deepEqual([response.status, handled], [409, 0]);
  });

  test("comes too late for a stream: it breaks off, and its own error is reported", async () => {
    const errors: unknown[] = [];
    const seen: unknown[] = [];
    async function* pieces() {
      yield "one";
      duplicate();
    }
    const api = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      onError: (error) => errors.push(error),
      routes: [
        get("/", { public: "a test", deps: { db: kinds.async(onDuplicate, seen) }, response: text("text/plain") }, () =>
          stream(pieces(), { type: "text/plain" }),
        ),
      ],
    });
    const response = await api.fetch(new Request("http://x/"));
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    assert.deepEqual(
      [errors, seen].map((all) => all.map((error) => error instanceof Duplicate)),
      [[true], [true]],
    );
  });
});
