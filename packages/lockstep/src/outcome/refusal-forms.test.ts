/**
 * A problem, an object that is not there and an outage are the same answer in every place, in every form, at once and later. What
 * `deny()` means in each place is in `deny.test.ts`.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createApi, get, InvalidCredential, notFound, Problem, problem, stream, text, Unavailable } from "../index.ts";
import { user } from "../dependency/caller.fixture.ts";
import { deny } from "./deny.ts";
import { ask, formsOf, type Give, of, places, seg, timings } from "./refusing-places.fixture.ts";

class Conflict extends Error {}

const held = new Problem(409, "conflict", "It exists already.");
const throwing = (error: Error): Give => {
  return () => {
    throw error;
  };
};

/** What an application may refuse with, and the answer. */
const refusals: Readonly<Record<string, readonly [refuse: Give, status: number, code: string]>> = {
  "problem()": [() => problem(409, "conflict", "It exists already."), 409, "conflict"],
  "notFound()": [() => notFound(), 404, "not_found"],
  "a problem that was made before": [throwing(held), 409, "conflict"],
  Unavailable: [throwing(new Unavailable("away")), 503, "unavailable"],
  InvalidCredential: [throwing(new InvalidCredential("expired")), 401, "invalid_token"],
  "an error that the API translates": [throwing(new Conflict("x")), 409, "conflict"],
};
const translate = [[Conflict, () => problem(409, "conflict", "It exists already.")]] as const;

/** A schema of the application that throws an ordinary error is a mistake of the application. */
const isMistake = (refusal: string, place: string): boolean =>
  refusal === "an error that the API translates" && place.startsWith("the schema");

for (const [refusal, [refuse, status, code]] of Object.entries(refusals)) {
  describe(refusal, () => {
    for (const [name, place] of Object.entries(places)) {
      if (isMistake(refusal, name)) continue;
      test(`is ${status} in ${name}, in every form`, async () => {
        for (const [form, give] of Object.entries(formsOf(refuse))) {
          for (const [timing, timed] of Object.entries(timings)) {
            if (timing === "async" && place.later === false) continue;
            const answered = await ask(place.route(timed(give)), { translate });
            const { code: is } = JSON.parse(answered.body) as { readonly code: string };
            assert.deepEqual([answered.status, is], [status, code], `${form} ${timing}`);
          }
        }
      });
    }
  });
}

test("positive control: the same route without a refusal is let through", async () => {
  assert.equal((await ask(of({}), { translate })).status, 200);
});

test("in a stream before its first piece, each of them is its answer", async () => {
  for (const [refuse, status] of [[() => deny("no"), 403] as const, ...Object.values(refusals)]) {
    for (const give of Object.values(formsOf(refuse))) {
      const late = async function* (): AsyncGenerator<string, void, void> {
        await Promise.resolve();
        give();
        yield "never";
      };
      const early = function* (): Generator<string, void, void> {
        give();
        yield "never";
      };
      for (const pieces of [late, early]) {
        const route = get("/notes/:id", { deps: { user, seg }, response: text() }, () => stream(pieces()));
        const { status: is } = await ask(route, { translate });
        assert.equal(is, status);
      }
    }
  }
});

test("in a stream that has begun, each of them breaks the answer off", async () => {
  for (const refuse of [() => deny("no"), ...Object.values(refusals).map(([give]) => give)]) {
    for (const give of Object.values(formsOf(refuse))) {
      const pieces = async function* (): AsyncGenerator<string, void, void> {
        yield "one";
        give();
      };
      const api = createApi({
        title: "t",
        version: "1",
        audit: () => {},
        onError: () => {},
        translate,
        routes: [get("/", { public: "a test", response: text("text/plain") }, () => stream(pieces()))],
      });
      const response = await api.fetch(new Request("http://x/"));
      assert.equal(response.status, 200);
      await assert.rejects(response.text());
    }
  }
});
