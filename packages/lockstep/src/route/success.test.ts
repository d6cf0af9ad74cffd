import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { media } from "./media.ts";
import { reply } from "../outcome/reply.ts";
import { del, get, post, put, type Route } from "./route.ts";
import { stream } from "../outcome/stream.ts";
import { unchecked } from "./unchecked.ts";

const Note = z.object({ id: z.string() });
const open = { public: "a test" } as const;

/** What a route sends: its status, its media type, its text; and what its document says of successes. */
async function both(route: Route) {
  const errors: unknown[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    onError: (error) => void errors.push(error),
    audit: () => {},
    routes: [route],
  });
  const response = await api.fetch(new Request(`http://x${route.template}`, { method: route.method }));
  const [item] = Object.values(api.openapi().paths);
  const [operation] = Object.values(item ?? {}) as { responses: Record<string, { content?: object }> }[];
  const documented = Object.entries(operation?.responses ?? {})
    .filter(([status]) => !/^[45]/.test(status))
    .map(([status, { content }]) => [status, ...Object.keys(content ?? {})]);
  return {
    sent: [response.status, response.headers.get("content-type"), await response.text()],
    documented,
    error: errors[0] instanceof Error ? errors[0].message : undefined,
  };
}

describe("the answers are those that the document says", () => {
  const cases: readonly [string, Route, readonly unknown[], readonly (readonly string[])[]][] = [
    ["no content", del("/draft", { ...open, status: 204 }, () => undefined), [204, null, ""], [["204"]]],
    [
      "a status of its own",
      post("/notes", { ...open, response: Note, status: 201 }, () => ({ id: "n1" })),
      [201, "application/json", '{"id":"n1"}'],
      [["201", "application/json"]],
    ],
    [
      "a reply with the declared status",
      post("/notes", { ...open, response: Note, status: 201 }, () => reply(201, { id: "n1" })),
      [201, "application/json", '{"id":"n1"}'],
      [["201", "application/json"]],
    ],
    [
      "bytes",
      get("/photo", { ...open, response: media("image/png") }, () => new Uint8Array(0)),
      [200, "image/png", ""],
      [["200", "image/png"]],
    ],
    ["text", get("/csv", { ...open, response: media("text/csv") }, () => "a,b"), [200, "text/csv", "a,b"], [["200", "text/csv"]]],
    [
      "a stream",
      get("/log", { ...open, response: media("text/plain") }, () => stream(["a", "b"], { type: "text/plain; charset=utf-8" })),
      [200, "text/plain; charset=utf-8", "ab"],
      [["200", "text/plain"]],
    ],
    [
      "a 200 without content, as RFC 7009 §2.2 has it",
      post("/revoke", { ...open, responses: { 200: null } }, () => reply(200, undefined)),
      [200, null, ""],
      [["200"]],
    ],
    [
      "a redirect",
      get("/moved", { ...open, status: 303 }, () => reply(303, undefined, { headers: { location: "/x" } })),
      [303, null, ""],
      [["303"]],
    ],
    [
      "one of several",
      put("/notes", { ...open, responses: { 200: Note, 201: Note, 303: null } }, () => reply(201, { id: "n1" })),
      [201, "application/json", '{"id":"n1"}'],
      [["200", "application/json"], ["201", "application/json"], ["303"]],
    ],
    [
      "a plain result of several",
      put("/notes", { ...open, responses: { 303: null, 201: Note } }, () => ({ id: "n1" })),
      [201, "application/json", '{"id":"n1"}'],
      [["201", "application/json"], ["303"]],
    ],
    [
      "any success, where the route says nothing",
      get("/any", open, () => reply(206, "x")),
      [206, "application/json", '"x"'],
      [["2XX", "*/*"]],
    ],
    ["nothing, where the route says nothing", get("/any", open, () => undefined), [204, null, ""], [["2XX", "*/*"]]],
    [
      "text of another type, where the route says nothing",
      get("/any", open, () => reply(200, "a,b", { headers: { "content-type": "text/csv" } })),
      [200, "text/csv", "a,b"],
      [["2XX", "*/*"]],
    ],
    [
      "whatever unchecked() lets through",
      get("/any", { ...open, response: unchecked("a test") }, () =>
        reply(200, "<p>", { headers: { "content-type": "text/html" } }),
      ),
      [200, "text/html", "<p>"],
      [["2XX", "*/*"]],
    ],
  ];
  for (const [name, route, sent, documented] of cases) {
    test(name, async () => {
      assert.deepEqual(await both(route), { sent, documented, error: undefined });
    });
  }
});

describe("a success that is not declared is a 500 that says what to declare", () => {
  const wrong: readonly [string, Route, RegExp][] = [
    [
      "a status",
      post("/a", { ...open, response: Note }, () => reply(201, { id: "n1" })),
      /declare the status 201 with \{ status: 201 \}/,
    ],
    ["no content", get("/a", { ...open, response: Note.optional() }, () => reply(204, undefined)), /declare the status 204/],
    [
      "content where the route says that there is none",
      post("/a", { ...open, responses: { 200: null } }, () => reply(200, "x")),
      /the document of this route says no content, and the handler returned application\/json/,
    ],
    [
      "another media type",
      get("/a", { ...open, response: media("text/csv") }, () => reply(200, "<p>", { headers: { "content-type": "text/html" } })),
      /declare what is sent, for example \{ response: media\("text\/html"\) \}/,
    ],
    [
      "a stream for JSON",
      get("/a", { ...open, response: Note }, () => stream(["a"], { type: "text/plain" })),
      /media\("text\/plain"\)/,
    ],
    [
      "text for JSON",
      get("/a", { ...open, response: z.string() }, () => reply(200, "a,b", { headers: { "content-type": "text/csv" } })),
      /media\("text\/csv"\)/,
    ],
  ];
  for (const [name, route, message] of wrong) {
    test(name, async () => {
      const { sent, error } = await both(route);
      assert.equal(sent[0], 500);
      assert.match(error ?? "", message);
    });
  }

  test("errors need no declaration", async () => {
    const { sent } = await both(get("/a", { ...open, response: Note }, () => reply(418, { id: "n1" })));
    assert.equal(sent[0], 418);
  });
});

test("a specification that contradicts itself does not start", () => {
  const make = (spec: object) => () => get("/a", { ...open, ...spec }, () => "x");
  assert.throws(make({ status: 404 }), /an integer from 200 to 399/);
  assert.throws(make({ status: 204, response: Note }), /204 has no content/);
  assert.throws(make({ responses: {} }), /at least one status/);
  assert.throws(make({ responses: { 200: Note }, status: 201 }), /not both/);
  assert.throws(() => media("CSV"), /write a media type in lower case/);
  assert.throws(() => media("Text/CSV"), /in lower case/);
});
