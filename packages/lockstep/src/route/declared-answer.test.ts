import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { file } from "./file.ts";
import { json } from "./json.ts";
import { redirect } from "../outcome/redirect.ts";
import { reply } from "../outcome/reply.ts";
import { del, get, post, put, type Route } from "./route.ts";
import { stream } from "../outcome/stream.ts";
import { html, text } from "./text.ts";
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
    ["a plain value", get("/health", open, () => "Ok"), [200, "application/json", '"Ok"'], [["200", "application/json"]]],
    ["nothing, by a method that changes something", del("/draft", open, () => undefined), [204, null, ""], [["204"]]],
    [
      "bytes",
      get("/photo", { ...open, response: file("image/png") }, () => new Uint8Array(0)),
      [200, "image/png", ""],
      [["200", "image/png"], ["206", "image/png"], ["304"]],
    ],
    [
      "text",
      get("/robots.txt", { ...open, response: text() }, () => "a"),
      [200, "text/plain; charset=utf-8", "a"],
      [["200", "text/plain; charset=utf-8"]],
    ],
    [
      "text of another type",
      get("/feed", { ...open, response: text("application/atom+xml") }, () => "<feed/>"),
      [200, "application/atom+xml", "<feed/>"],
      [["200", "application/atom+xml"]],
    ],
    [
      "a page",
      get("/page", { ...open, response: html() }, () => "<p>"),
      [200, "text/html; charset=utf-8", "<p>"],
      [["200", "text/html; charset=utf-8"]],
    ],
    [
      "JSON of another type",
      get("/person", { ...open, response: json("application/ld+json", Note) }, () => ({ id: "n1", secret: 1 })),
      [200, "application/ld+json", '{"id":"n1"}'],
      [["200", "application/ld+json"]],
    ],
    [
      "a stream, of the declared type",
      get("/log", { ...open, response: text("text/csv") }, () => stream(["a", "b"])),
      [200, "text/csv", "ab"],
      [["200", "text/csv"]],
    ],
    [
      "a stream that spells its type otherwise",
      get("/log", { ...open, response: text() }, () => stream(["a"], { type: "text/plain;charset=UTF-8" })),
      [200, "text/plain; charset=utf-8", "a"],
      [["200", "text/plain; charset=utf-8"]],
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
      "bytes or JSON, by status",
      get("/photo", { ...open, responses: { 200: file("image/png"), 202: Note } }, () => reply(202, { id: "n1" })),
      [202, "application/json", '{"id":"n1"}'],
      [["200", "image/png"], ["202", "application/json"], ["206", "image/png"], ["304"]],
    ],
    [
      "nothing, of a route that may also send something",
      get("/next", { ...open, responses: { 200: Note, 204: null } }, () => undefined),
      [204, null, ""],
      [["200", "application/json"], ["204"]],
    ],
    [
      "an error with content of its own",
      get("/ready", { ...open, responses: { 200: Note, 503: Note } }, () => reply(503, { id: "db", secret: 1 })),
      [503, "application/json", '{"id":"db"}'],
      [["200", "application/json"]],
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

/** A route that the compiler has not seen, as from JavaScript. */
const unseen = (spec: object, handler: () => unknown): Route =>
  Reflect.apply(get, undefined, ["/a", { ...open, ...spec }, handler]) as Route;
const unseenPost = (spec: object, handler: () => unknown): Route =>
  Reflect.apply(post, undefined, ["/a", { ...open, ...spec }, handler]) as Route;

describe("an answer that is not declared is a 500 that says what to declare", () => {
  const wrong: readonly [string, Route, RegExp][] = [
    [
      "a status",
      unseen({ response: Note }, () => reply(201, { id: "n1" })),
      /declare \{ status: 201 \} or \{ responses: \{ 201: … \} \}/,
    ],
    ["a status without a response", unseen({}, () => reply(226, undefined)), /declare \{ status: 226 \}/],
    ["a redirect", unseen({}, () => redirect("/x")), /declare \{ status: 303 \}/],
    ["a redirect to nowhere", unseen({}, () => reply(302, undefined)), /return redirect\(target, \{ status: 302 \}\)/],
    ["the status of an error", unseen({ response: Note }, () => reply(418, { id: "n1" })), /declare \{ status: 418 \}/],
    ["no content", unseen({ response: Note.optional() }, () => reply(204, undefined)), /declare \{ status: 204 \}/],
    ["nothing", unseen({ response: Note.optional() }, () => undefined), /return the content of 200, or declare \{ status: 204 \}/],
    ["nothing from GET", unseen({}, () => undefined), /return the content of 200, or declare \{ status: 204 \}/],
    [
      "a value from another method",
      unseenPost({}, () => "x"),
      /declare \{ response: schema \} or \{ status: 200 \}, or return undefined/,
    ],
    ["an object", unseen({}, () => ({ a: 1 })), /declare \{ response: schema \}/],
    ["bytes", unseen({}, () => new Uint8Array(1)), /bytes: declare \{ response: file\("image\/png"\) \}/],
    ["bytes for JSON", unseen({ response: Note }, () => new Uint8Array(1)), /bytes: declare/],
    ["a stream", unseen({}, () => stream(["a"], { type: "text/plain" })), /response: text\("text\/plain"\)/],
    ["a stream of JSON", unseen({ response: Note }, () => stream(["{}"])), /a stream: declare/],
    [
      "content where there is none",
      unseenPost({ responses: { 200: null } }, () => reply(200, "x")),
      /says that 200 has no content/,
    ],
    [
      "another media type",
      unseen({ response: text("text/csv") }, () => reply(200, "<p>", { headers: { "content-type": "text/html" } })),
      /declare what is sent, for example \{ response: text\("text\/html"\) \}/,
    ],
    [
      "another charset",
      unseen({ response: text() }, () => stream(["a"], { type: "text/plain; charset=iso-8859-1" })),
      /says text\/plain; charset=utf-8/,
    ],
    [
      "JSON of another type",
      unseen({ response: Note }, () => reply(200, { id: "n1" }, { headers: { "content-type": "application/ld+json" } })),
      /json\("application\/ld\+json", schema\)/,
    ],
    [
      "a redirect of unchecked()",
      unseen({ response: unchecked("a test") }, () => reply(302, undefined, { headers: { location: "/x" } })),
      /declare \{ status: 302 \}/,
    ],
    [
      "one of several with the same right to it",
      unseen({ responses: { 201: Note, 202: Note } }, () => ({ id: "n1" })),
      /return reply\(status, …\): the route declares 201 and 202/,
    ],
    ["an object for text", unseen({ response: text() }, () => ({})), /return a string or stream\(…\)/],
    ["text for a file", unseen({ response: file("image/png") }, () => "x"), /return bytes/],
  ];
  for (const [name, route, message] of wrong) {
    test(name, async () => {
      const { sent, error } = await both(route);
      assert.equal(sent[0], 500);
      assert.match(error ?? "", message);
    });
  }
});

test("a specification that contradicts itself does not start", () => {
  const make = (spec: object) => () => unseen(spec, () => "x");
  assert.throws(make({ status: 99 }), /an integer from 200 to 599/);
  assert.throws(make({ status: 204, response: Note }), /204 has no content/);
  assert.throws(make({ responses: {} }), /at least one success/);
  assert.throws(make({ responses: { 404: Note } }), /at least one success/);
  assert.throws(make({ responses: { ok: Note } }), /write responses by status from 200 to 599/);
  assert.throws(make({ responses: { 200: Note }, status: 201 }), /not both/);
  for (const declare of [text, file]) {
    assert.throws(() => declare("CSV"), /write a media type in lower case/);
    assert.throws(() => declare("Text/CSV"), /in lower case/);
  }
  assert.throws(() => json("text/csv", Note), /use text\("text\/csv"\)/);
});
