/** The gates of an API and of a group run before everything that the route declares, whatever kind of dependency they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { unowned } from "../access/unowned.ts";
import { body } from "../input/body.ts";
import { header } from "../input/header.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { problem } from "../problem/problem.ts";
import { service, serviceKey, user, userKey } from "./caller.fixture.ts";
import type { Deps } from "./dependency.ts";
import { depends } from "./depends.ts";
import { runAll, type Setting } from "./execution.fixture.ts";
import { firstOf } from "./first-of.ts";
import { dependency } from "./node.ts";
import { readOverrides } from "./override.ts";
import { resource } from "./resource.ts";

const seen: string[] = [];
const log = <T>(name: string, value: T): T => {
  seen.push(name);
  return value;
};
const good = {
  params: { id: "1" },
  query: "limit=5",
  headers: { "content-type": "application/json", "x-token": "let-me-in" },
  body: '{"text":"hello"}',
};

/** A gate as a plain value that reads a header, as in FastAPI's manual. */
const gateOf = (name: string, later = false) => {
  const check = ({ token }: { readonly token: string }) => {
    log(name, token);
    if (token !== "let-me-in") problem(400, "wrong_token", "X-Token header invalid");
    return name;
  };
  const token = header("X-Token", z.string());
  return depends({ token }, later ? async (values: { readonly token: string }) => check(values) : check);
};

/** A route's own dependencies. Each logs when it runs. */
const caller = authenticate({ key: serviceKey }, () => log("authenticate", { id: 1 }));
const note = unowned(
  "open",
  {
    id: path(
      "id",
      z.string().transform((id) => log("path", id)),
    ),
  },
  ({ id }) => log("load", id === "1" ? { id } : undefined),
);
const sent = body(z.object({ text: z.string() }));
const own = { caller, note, sent };

/** Runs a graph. Returns how it ended, and what ran. Reading the body logs `read`. */
async function run(deps: Deps, setting: Setting): Promise<readonly [ended: unknown, seen: readonly string[]]> {
  seen.length = 0;
  const request = { ...good, ...setting.request };
  const ended = await runAll(deps, { present: [userKey, serviceKey], ...setting, request, onRead: () => log("read", undefined) });
  return [typeof ended === "string" ? ended : "passed", [...seen]];
}

for (const later of [false, true]) {
  const how = later ? "asynchronous" : "synchronous";
  const api = gateOf("api", later);
  const group = gateOf("group", later);
  const inner = gateOf("inner", later);

  test(`a plain value in a gate runs first: the API's, the group's, then the route's own dependencies (${how})`, async () => {
    const order = ["authenticate", "path", "load", "read"];
    assert.deepEqual(await run(own, { gates: { api: { api }, group: { group } } }), ["passed", ["api", "group", ...order]]);
    const nested = { api: { api }, inner: { inner }, group: { group } };
    assert.deepEqual(await run(own, { gates: nested }), ["passed", ["api", "group", "inner", ...order]]);
    // Neither the order of the entries matters, nor whether the route itself needs one of them.
    const rests = authorize({ caller, api }, ({ caller }) => log("authorize", caller));
    const [ended, ran] = await run({ ...own, rests }, { gates: { group: { group }, api: { api } } });
    assert.deepEqual([ended, ran], ["passed", ["api", "group", "authenticate", "authorize", "path", "load", "read"]]);
  });

  test(`if a gate refuses, nothing of the route runs: no object is loaded, no body is read (${how})`, async () => {
    const headers = { ...good.headers, "x-token": "wrong" };
    for (const request of [{}, { params: { id: "2" } }, { body: '{"text":1}' }, { body: '{"text"' }]) {
      for (const gates of [
        { api: { api } },
        { group: { api } },
        { api: { api }, group: { group } },
        { group: { api }, inner: { group } },
      ]) {
        const ended = await run(own, { gates, request: { headers, ...request } });
        assert.deepEqual(ended, ["threw X-Token header invalid", ["api"]], JSON.stringify(request));
      }
    }
    // Positive control: as a dependency of the route alone, the value waits until something needs it.
    const [, ran] = await run({ ...own, api }, { request: { headers } });
    assert.ok(ran.indexOf("load") < ran.indexOf("api"));
  });

  test(`a gate with an invalid input ends the request before the route starts, and reports only that input (${how})`, async () => {
    const headers = { "content-type": "application/json" };
    for (const request of [{}, { params: { id: "2" } }, { query: "limit=x" }, { body: '{"text":1}' }]) {
      const limit = query("limit", z.string().regex(/^\d+$/));
      for (const gates of [{ api: { api } }, { group: { group } }]) {
        const ended = await run({ ...own, limit }, { gates, request: { ...request, headers } });
        assert.deepEqual(ended, ["invalid header/X-Token", []], JSON.stringify(request));
      }
      // The group's gate does not run either if the API's could not.
      const free = depends({}, () => log("free", 1));
      assert.deepEqual(await run(own, { gates: { api: { api }, group: { free } }, request: { headers } }), [
        "invalid header/X-Token",
        [],
      ]);
      // Nor that of a group inside a group.
      assert.deepEqual(await run(own, { gates: { group: { group }, inner: { free } }, request: { headers } }), [
        "invalid header/X-Token",
        [],
      ]);
    }
  });
}

test("a guard of a gate runs before the gate's plain values, and a resource opens after the gate's guards", async () => {
  const db = resource({}, function* () {
    yield log("open", {});
  });
  const guard = authorize({ user }, ({ user }) => log("guard", user));
  const plain = depends({}, () => log("plain", 1));
  assert.deepEqual(await run(own, { gates: { group: { db, plain, guard } } }), [
    "passed",
    ["guard", "open", "plain", "authenticate", "path", "load", "read"],
  ]);
  const refusing = authorize({ user }, () => (log("guard", 1), deny("no")));
  assert.deepEqual(await run(own, { gates: { group: { db, plain, refusing } } }), ["refused forbidden at refusing", ["guard"]]);
  // A resource that the guard needs opens before the guard.
  const needs = authorize({ user, db }, ({ user }) => log("guard", user));
  assert.deepEqual((await run({}, { gates: { group: { db, needs } } }))[1], ["open", "guard"]);
});

test("a check of an inner gate rests on one of the outer gate, and its guards come before its plain values", async () => {
  const outer = authorize({ user }, ({ user }) => log("outer", user));
  const inner = authorize({ outer }, ({ outer }) => log("inner", outer));
  const plain = depends({}, () => log("plain", 1));
  const slow = depends({}, () => log("slow", 1));
  assert.deepEqual(await run(own, { gates: { group: { outer, slow }, inner: { plain, inner } } }), [
    "passed",
    ["outer", "slow", "inner", "plain", "authenticate", "path", "load", "read"],
  ]);
});

test("a gate runs as early as its inputs allow: one on the body runs before everything else that needs the body", async () => {
  const signed = authorize({ user, sent }, ({ user }) => log("signed", user));
  const content = authorize({ caller, sent }, ({ caller }) => log("content", caller));
  assert.deepEqual(await run({ content, ...own }, { gates: { api: { signed } } }), [
    "passed",
    ["authenticate", "path", "load", "read", "signed", "content"],
  ]);
});

test("a dependency that a gate and the route share runs once, as early as the gate needs it", async () => {
  let made = 0;
  const shared = depends({ user }, () => log("shared", (made += 1)));
  const gate = depends({ shared }, ({ shared }) => log(`gate ${shared}`, shared));
  const page = authorize({ caller, shared }, ({ caller, shared }) => log(`page ${shared}`, caller));
  assert.deepEqual(await run({ page, shared, gate }, { gates: { api: { gate }, group: { shared } } }), [
    "passed",
    ["shared", "gate 1", "authenticate", "page 1"],
  ]);
});

test("a gate of both the API and a group runs as the API's", async () => {
  const both = depends({}, () => log("both", 1));
  const group = authorize({ user }, ({ user }) => log("group", user));
  assert.deepEqual((await run({}, { gates: { group: { group, both }, api: { both } } }))[1], ["both", "group"]);
});

test("firstOf() and anyOf() can be gates, too", async () => {
  const no = authorize({ user }, () => (log("no", 1), undefined));
  const yes = authorize({ user }, ({ user }) => log("yes", user));
  assert.deepEqual((await run(own, { gates: { api: { it: firstOf({ no, yes }) } } }))[1].slice(0, 3), [
    "no",
    "yes",
    "authenticate",
  ]);
  assert.deepEqual(await run(own, { gates: { api: { it: firstOf({ no, nor: authorize({ user }, () => undefined) }) } } }), [
    "refused forbidden at it → no",
    ["no"],
  ]);
});

test("an override of a gate runs first, too", async () => {
  const gate = gateOf("real");
  const fake = depends({}, () => log("fake", "fake"));
  const overrides = readOverrides([[gate, fake]]);
  assert.deepEqual(await run(own, { gates: { group: { gate } }, overrides }), [
    "passed",
    ["fake", "authenticate", "path", "load", "read"],
  ]);
  const refusing = readOverrides([[gate, depends({}, () => deny("no"))]]);
  assert.deepEqual(await run(own, { gates: { group: { gate } }, overrides: refusing }), [
    "refused forbidden at gate → override",
    [],
  ]);
});

test("a value that verifies a credential runs after the gates and before everything else", async () => {
  const claims = dependency<string, "credential">({
    kind: "value",
    verifies: true,
    deps: [{ key: "key", node: userKey["~dep"] }],
    facts: userKey["~dep"].facts,
    lifetime: "request",
    run: () => log("verify", "claims"),
  });
  const db = resource({}, function* () {
    yield log("open", {});
  });
  const person = authenticate({ db, claims }, ({ claims }) => log("person", { id: claims }));
  const robot = authenticate({ key: serviceKey }, () => log("robot", { id: 2 }));
  const gate = depends({}, () => log("gate", 1));
  assert.deepEqual((await run({ robot, person }, { gates: { group: { gate } } }))[1], [
    "gate",
    "verify",
    "robot",
    "open",
    "person",
  ]);
  // In a gate, it runs with the gate.
  assert.deepEqual((await run({ robot }, { gates: { group: { person } } }))[1], ["verify", "open", "person", "robot"]);
  assert.deepEqual((await run({ service }, { gates: { group: { gate, claims } } }))[1], ["verify", "gate"]);
});
