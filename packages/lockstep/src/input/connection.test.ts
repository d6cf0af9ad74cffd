import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { userKey } from "../dependency/caller.fixture.ts";
import { authenticate, body, type Connection, connection, createApi, get, post, query, run, unchecked } from "../index.ts";
import { runAll } from "../dependency/execution.fixture.ts";
import { factsOf, jsonRequest, readInput } from "./input.fixture.ts";

const agent = async (value: string | readonly string[]): Promise<unknown> => {
  const read = await readInput(connection(), { headers: { "user-agent": value } });
  // The value of the input is a connection.
  return (read as Connection).userAgent;
};

test("says how the request came: its id, the client's address, whether it is encrypted, and what the client calls itself", async () => {
  const record = { address: "192.0.2.1", headers: { "user-agent": "Firefox" } };
  const seen = async (of: typeof record | { secure: boolean }): Promise<object> => ({
    ...((await readInput(connection(), of)) as Connection),
  });
  assert.deepEqual(await seen(record), {
    requestId: "r1",
    address: "192.0.2.1",
    secure: true,
    userAgent: "Firefox",
  });
  assert.deepEqual(await seen({ secure: false }), {
    requestId: "r1",
    address: undefined,
    secure: false,
    userAgent: undefined,
  });
});

test("a user agent is at most 256 characters, without what could write into a log or a terminal", async () => {
  assert.equal(await agent("a".repeat(256)), "a".repeat(256));
  assert.equal(await agent("a".repeat(257)), "a".repeat(256));
  assert.equal(await agent("Fire\u0000fox\r\n\t\u001b[31m 1.0\u007f\u0085\u202e\u200b"), "Firefox[31m 1.0");
  assert.equal(await agent(`${"a".repeat(255)}😀`), "a".repeat(255));
  assert.equal(await agent(" Müller/1 😀 "), "Müller/1 😀");
});

test("a user agent that is empty or came twice is undefined", async () => {
  for (const value of ["", " ", "\u0000\u0001", ["a", "b"], []]) assert.equal(await agent(value), undefined, JSON.stringify(value));
  assert.equal(await agent(["a"]), "a");
});

test("it is one dependency, without a fact, and its value is frozen", async () => {
  assert.equal(connection(), connection());
  assert.equal(connection({ addressOr: "do without" }), connection({ addressOr: "do without" }));
  assert.notEqual(connection({ addressOr: "do without" }), connection());
  assert.deepEqual(factsOf(connection()), []);
  assert.ok(Object.isFrozen(await readInput(connection(), {})));
});

const signIn = post("/sign-in", { public: "test", deps: { it: connection() }, response: unchecked("a test") }, ({ it }) => ({
  ...it,
}));
const api = createApi({ title: "t", version: "1", audit: () => {}, routes: [signIn] });

test("the id is the one that the answer has", async () => {
  const answer = await api.fetch(new Request("https://x/sign-in", { method: "POST", headers: { "user-agent": "curl" } }));
  assert.deepEqual(await answer.json(), { requestId: answer.headers.get("x-request-id"), secure: true, userAgent: "curl" });
});

test("it is available before the body is read: a guard may use it", async () => {
  const guarded = authenticate({ key: userKey, it: connection() }, ({ it }) =>
    it.address === "192.0.2.7" ? { id: "u" } : undefined,
  );
  const run = async (address: string): Promise<readonly [ended: unknown, reads: number]> => {
    let reads = 0;
    const request = { address, ...jsonRequest("{}") };
    const deps = { guarded, sent: body(z.object({})) };
    const ended = await runAll(deps, { present: [userKey], request, onRead: () => (reads += 1) });
    return [typeof ended === "string" ? ended : "passed", reads];
  };
  assert.deepEqual(await run("192.0.2.1"), ["refused invalid at guarded", 0]);
  assert.deepEqual(await run("192.0.2.7"), ["passed", 1]);
});

test("outside HTTP it needs a value", async () => {
  const message = { code: "wrong_dependency", message: /: the input connection\(\) has no value outside a request$/ };
  await assert.rejects(run(connection()), message);
  const value: Connection = {
    requestId: "job",
    address: undefined,
    secure: true,
    userAgent: undefined,
    signal: new AbortController().signal,
  };
  assert.equal(await run(connection(), { with: [[connection(), value]] }), value);
});

test("the documentation shows nothing of it", () => {
  const silent = createApi({
    title: "t",
    version: "1",
    routes: [post("/sign-in", { public: "test", response: unchecked("a test") }, () => 1)],
  });
  assert.deepEqual(api.openapi(), silent.openapi());
  // An input of the same kind of route does appear.
  const asks = get("/a", { public: "test", deps: { q: query("q", z.string()) } }, () => 1);
  const { paths } = createApi({ title: "t", version: "1", routes: [asks] }).openapi();
  assert.deepEqual(Object.keys(paths["/a"]?.get?.responses ?? {}).toSorted(), ["200", "400", "422"]);
});
