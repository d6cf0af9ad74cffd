import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createApi, depends, type Dependency, get, type ResponseHeaders, responseHeaders, run, unchecked } from "../index.ts";
import { factsOf } from "./input.fixture.ts";

// Callers without types pass anything.
const any = (value: unknown): never => value as never;

type Added = ResponseHeaders<Readonly<Record<string, unknown>>>;

/** What a route answers whose dependency does something with its headers. */
async function answerOf(headers: Dependency<ResponseHeaders<never>>, act: (headers: Added) => void) {
  const errors: string[] = [];
  const added = depends({ headers }, ({ headers }) => act(headers as unknown as Added));
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
    routes: [get("/", { public: "a test", deps: { added }, response: unchecked("a test") }, () => 1)],
  });
  const { status, headers: sent } = await api.fetch(new Request("http://x/"));
  return { status, sent, errors };
}

const counted = responseHeaders({
  "X-Total-Count": { description: "How many there are.", schema: z.int() },
  "X-Note": "A remark.",
});

test("sets and appends declared headers, whatever the case of the name", async () => {
  const { status, sent } = await answerOf(counted, (headers) => {
    headers.set("X-Total-Count", 41);
    headers.set("x-total-count", 42);
    headers.append("X-Note", "a");
    headers.append("X-Note", "b");
  });
  assert.deepEqual([status, sent.get("x-total-count"), sent.get("x-note")], [200, "42", "a, b"]);
});

test("a header that is not declared, and a value that does not fit its schema, are mistakes of the application", async () => {
  for (const [act, message] of [
    [(headers: Added) => headers.set("X-Other", "1"), /"X-Other" .*declare the header/],
    [(headers: Added) => headers.append("__proto__", "1"), /declare the header/],
    [(headers: Added) => headers.set("X-Total-Count", 1.5), /pass a value that fits the schema/],
    [(headers: Added) => headers.set("X-Total-Count", "1"), /pass a value that fits the schema/],
    [(headers: Added) => headers.set("X-Note", { a: 1 }), /pass a text, a number or a boolean/],
    [(headers: Added) => headers.set("X-Note", undefined), /pass a text, a number or a boolean/],
    [(headers: Added) => headers.set("X-Note", ["a", "b"]), /pass a text, a number or a boolean/],
    [(headers: Added) => headers.set("X-Note", "a\r\nset-cookie: b=c"), /encode the value of the header "x-note"/],
  ] as const) {
    const { status, sent, errors } = await answerOf(counted, act);
    assert.equal(status, 500);
    assert.match(errors.join(), message);
    assert.deepEqual([sent.get("x-note"), sent.get("set-cookie")], [null, null]);
  }
});

test("the output of the schema is sent, and an asynchronous schema is a mistake", async () => {
  const upper = responseHeaders({ "X-A": { description: "A.", schema: z.string().overwrite((text) => text.toUpperCase()) } });
  assert.equal((await answerOf(upper, (headers) => headers.set("X-A", "a"))).sent.get("x-a"), "A");
  const late = responseHeaders({ "X-A": { description: "A.", schema: z.string().refine(async () => false) } });
  const { status, errors } = await answerOf(late, (headers) => headers.set("X-A", "a"));
  assert.equal(status, 500);
  assert.match(errors.join(), /use a schema that is not asynchronous/);
});

test("a header that another part of the answer decides is refused, with what to do instead", () => {
  for (const [name, advice] of [
    ["Set-Cookie", /set cookies with/],
    ["content-length", /leave it out: the host/],
    ["Transfer-Encoding", /leave it out: the host/],
    ["Connection", /leave it out: the host/],
    ["X-Request-Id", /leave it out: Lockstep writes it/],
    ["x-content-type-options", /leave it out: Lockstep writes it/],
    ["Strict-Transport-Security", /leave it out: Lockstep writes it/],
    ["WWW-Authenticate", /the schemes of the route/],
    ["Content-Type", /text\("text\/csv"\)/],
    ["Content-Encoding", /encodes the content/],
    ["a b", /correct the header name/],
    ["", /correct the header name/],
  ] as const) {
    assert.throws(() => responseHeaders(any({ [name]: "A header." })), { code: "wrong_option", message: advice }, name);
  }
});

test("a value that is not a declaration is refused", () => {
  for (const wrong of [
    undefined,
    null,
    [],
    {},
    "X-A",
    { "X-A": "" },
    { "X-A": " " },
    { "X-A": { description: "" } },
    { "X-A": 1 },
  ]) {
    assert.throws(() => responseHeaders(any(wrong)), { code: "wrong_option" }, JSON.stringify(wrong));
  }
  assert.throws(() => responseHeaders({ "X-A": "A.", "x-a": "A." }), { code: "wrong_option", message: /name each header once/ });
  assert.throws(() => responseHeaders({ "X-A": { description: "A.", schema: any({}) } }), { code: "wrong_schema" });
});

test("it protects nothing, and has no value outside a request", async () => {
  assert.deepEqual(factsOf(counted), []);
  await assert.rejects(run(counted), {
    code: "wrong_dependency",
    message: /: responseHeaders\(\) has no value outside a request$/,
  });
  const seen: unknown[] = [];
  const value = { set: (name: string, is: unknown) => void seen.push([name, is]), append: () => {} };
  await run(counted, { with: [[counted, value]] }, (headers) => headers.set("X-Total-Count", 1));
  assert.deepEqual(seen, [["X-Total-Count", 1]]);
});
