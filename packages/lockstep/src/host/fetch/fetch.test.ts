import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connection } from "../../input/connection.ts";
import { path } from "../../input/path.ts";
import { dispatcherOf, type HostResponse } from "../host.ts";
import { isBuildError } from "../fastify/embedded.fixture.ts";
import { problem } from "../../problem/problem.ts";
import { createApi } from "../../api/api.ts";
import { file } from "../../route/file.ts";
import { get } from "../../route/route.ts";
import { anyText } from "../../testing/plain-schema.ts";
import { canary, serviceKey, tokenOf, World } from "../../testing/world.ts";
import { suiteApi, trustedOrigin } from "../../testing/suite-api.ts";
import { serveFetch } from "./index.ts";
import { unchecked } from "../../route/unchecked.ts";
import { nothing } from "../../input/nothing.ts";

const world = new World();
const api = suiteApi(world);
const good = { authorization: `Bearer ${tokenOf("alice")}` };
const ask = (path: string, init: RequestInit = {}): Promise<Response> => api.fetch(new Request(`http://api.test${path}`, init));
const statusOf = async (path: string, init?: RequestInit): Promise<number> => (await ask(path, init)).status;

describe("api.fetch", () => {
  test("answers a request without a server", async () => {
    const answer = await ask("/me", { headers: good });
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { id: "alice" });
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(answer.headers.get("strict-transport-security"), null);
    assert.equal(await statusOf("/me"), 401);
  });

  test("says over an encrypted connection that it stays encrypted", async () => {
    const answer = await api.fetch(new Request("https://api.test/health"));
    assert.equal(answer.headers.get("strict-transport-security"), "max-age=31536000");
  });

  test("says so for all subdomains if the API asks for it, with every answer", async () => {
    const routes = [get("/health", { public: "a test" }, () => "Ok")];
    const strict = createApi({ title: "t", version: "1", audit: () => {}, hsts: { includeSubDomains: true }, routes });
    const headerOf = async (url: string, method = "GET"): Promise<string | null> =>
      (await strict.fetch(new Request(url, { method }))).headers.get("strict-transport-security");
    const expected = "max-age=31536000; includeSubDomains";
    assert.equal(await headerOf("https://api.test/health"), expected);
    assert.equal(await headerOf("https://api.test/nothing"), expected, "404");
    assert.equal(await headerOf("https://api.test/health", "DELETE"), expected, "405");
    assert.equal(await headerOf("https://api.test/health", "OPTIONS"), expected, "204");
    assert.equal(await headerOf("http://api.test/health"), null, "plain http");
  });

  test("recognises two credentials that Headers has joined: 400 (H-06)", async () => {
    for (const [name, path, values] of [
      ["authorization", "/me", [good.authorization, "Bearer bad"]],
      ["authorization", "/me", ["Bearer bad", good.authorization]],
      ["authorization", "/me", [good.authorization, good.authorization]],
      ["authorization", "/me", ["Basic YTpi", good.authorization]],
      ["x-api-key", "/service", [serviceKey, "other"]],
      ["x-api-key", "/service", ["other", serviceKey]],
    ] as const) {
      const headers = new Headers();
      for (const value of values) headers.append(name, value);
      assert.equal(await statusOf(path, { headers }), 400, values.join());
      assert.equal(await statusOf(path, { headers: { [name]: name === "authorization" ? good.authorization : serviceKey } }), 200);
    }
  });

  test("takes cookies that Headers has joined for two (H-13)", async () => {
    const headers = new Headers();
    headers.append("cookie", `__Host-session=${tokenOf("alice")}`);
    assert.equal(await statusOf("/session", { headers }), 200);
    headers.append("cookie", "__Host-session=other");
    assert.ok([400, 401].includes(await statusOf("/session", { headers })));
  });

  test("takes an Origin that Headers has joined for another site (C-13)", async () => {
    const headers = new Headers({ cookie: `__Host-session=${tokenOf("alice")}`, origin: trustedOrigin });
    assert.equal(await statusOf("/session", { method: "POST", headers }), 200);
    headers.append("origin", trustedOrigin);
    assert.equal(await statusOf("/session", { method: "POST", headers }), 403);
  });

  test("reads path and query as the URL has them, and no fragment", async () => {
    assert.equal(await statusOf("/search?q=a&tag=x#?q=b", { headers: good }), 200);
    assert.equal(await statusOf("/me#/admin", { headers: good }), 200);
    for (const path of ["/x/../me", "/./me", "/%2e/me", "\\me"]) assert.equal(await statusOf(path), 401, path);
    for (const path of ["/%6de", "/me%2f", "//me", "/ME", "/me;x"])
      assert.equal(await statusOf(path, { headers: good }), 404, path);
    for (const path of ["/people/%ff", "/people/%zz", "/people/%"])
      assert.equal(await statusOf(path, { headers: good }), 400, path);
  });

  test("stops reading a body at the limit, with and without a length, and leaves the rest to the server", async () => {
    const endless = (): [ReadableStream<Uint8Array>, () => [pulled: number, isLeft: boolean]] => {
      let pulled = 0;
      let isCancelled = false;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(512));
        },
        cancel: () => {
          isCancelled = true;
        },
      });
      return [body, () => [pulled, !isCancelled && !body.locked]];
    };
    const [counted, ofCounted] = endless();
    const init = { method: "POST", duplex: "half" } as const;
    assert.equal(await statusOf("/upload", { ...init, headers: good, body: counted }), 413);
    assert.ok(ofCounted()[0] <= 5 && ofCounted()[1], String(ofCounted()));
    const [announced, ofAnnounced] = endless();
    assert.equal(await statusOf("/upload", { ...init, headers: { ...good, "content-length": "100000" }, body: announced }), 413);
    assert.ok(ofAnnounced()[0] <= 1 && ofAnnounced()[1], String(ofAnnounced()));
    const [anonymous, ofAnonymous] = endless();
    assert.equal(await statusOf("/upload", { ...init, body: anonymous }), 401);
    assert.ok(ofAnonymous()[0] <= 1, "nothing of it is read");
  });

  test("a body that breaks off is 400, and no error of ours", async () => {
    const errors = world.errors.length;
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError("gone")) });
    assert.equal(await statusOf("/upload", { method: "POST", duplex: "half", headers: good, body }), 400);
    assert.equal(world.errors.length, errors);
  });

  test("sends no body with a status that has none, nor with HEAD", async () => {
    const empty = await ask("/reply/empty", { headers: good });
    assert.deepEqual([empty.status, empty.body], [204, null]);
    const head = await ask("/me", { method: "HEAD", headers: good });
    assert.deepEqual([head.status, head.body], [200, null]);
  });

  test("2,000 requests at once each see their own caller (Z-28)", async () => {
    const people = ["alice", "bob", "root"];
    const texts = await Promise.all(
      Array.from({ length: 2000 }, async (_, index) => {
        const id = people[index % 3] ?? "";
        const answer = await ask("/slow", { headers: { authorization: `Bearer ${tokenOf(id)}` } });
        return (await answer.text()) === JSON.stringify({ ids: [id, id] });
      }),
    );
    assert.equal(texts.filter(Boolean).length, 2000);
  });
});

describe("streams of api.fetch", () => {
  const closing = async (act: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = world.calls.length;
    await act();
    const isClosed = (): boolean => world.calls.slice(before).some((call) => call.startsWith("rollback"));
    while (!isClosed()) await new Promise(setImmediate);
    return world.calls.slice(before);
  };

  test("are pulled piece by piece", async () => {
    const calls = await closing(async () => {
      const reader = (await ask("/stream/endless", { headers: good })).body?.getReader();
      assert.equal(new TextDecoder().decode((await reader?.read())?.value), "0\n");
      await reader?.cancel();
    });
    assert.deepEqual(calls, ["open", "verify", "chunk 0", "rollback ReaderGone"]);
  });

  test("that nobody begins to read close the resources", async () => {
    const calls = await closing(async () => (await ask("/stream/endless", { headers: good })).body?.cancel());
    assert.deepEqual(
      calls.filter((call) => !call.startsWith("chunk")),
      ["open", "verify", "rollback ReaderGone"],
    );
  });

  test("that fail give the reader the error, after the resources have it", async () => {
    const calls = await closing(async () => {
      const answer = await ask("/stream/broken", { headers: good });
      await assert.rejects(answer.text(), TypeError);
    });
    assert.ok(calls.includes("rollback TypeError"));
  });
});

describe("serveFetch", () => {
  test("does not serve an API that needs the client's address without knowing it; neither does api.fetch", async () => {
    const deps = { connection: connection({ addressOr: "set the limit to none" }) };
    const limited = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      routes: [get("/who", { public: "test", deps }, ({ connection }) => connection.address ?? "")],
    });
    const code = "client_address_unknown";
    const message = /^GET \/who: pass \{ address \} to serveFetch\(\), or set the limit to none: nobody tells/;
    assert.throws(() => serveFetch(limited), { code, message });
    await assert.rejects(limited.fetch(new Request("https://api.test/who")), { code, message });
    assert.throws(() => dispatcherOf(limited, { clientAddress: { unknown: "do something" } }), { code });
    // The control.
    assert.equal(dispatcherOf(limited, { clientAddress: true }).needsClientAddress, true);
    const answer = await serveFetch(limited, { address: () => "192.0.2.1" })(new Request("https://api.test/who"));
    assert.equal(await answer.text(), '"192.0.2.1"');
  });

  test("is api.fetch with what the runtime knows", async () => {
    const seen: string[] = [];
    const answer = await serveFetch(api, {
      address: (request) => {
        seen.push(request.url);
        return "192.0.2.1";
      },
    })(new Request("http://api.test/health"));
    assert.deepEqual([answer.status, seen], [200, ["http://api.test/health"]]);
  });

  test("no event of these tests holds a secret", () => {
    assert.ok(world.events.length > 0);
    assert.ok(!JSON.stringify(world.events).includes(canary));
  });
});

describe("what an application passes in", () => {
  const log: string[] = [];
  const failing = createApi({
    title: "Failing",
    version: "1",
    audit: ({ type, route }) => void log.push(`${type} ${route}`),
    onError: (error) => {
      log.push(error instanceof Error ? error.name : "");
      if (error instanceof SyntaxError) throw new TypeError("canary");
    },
    routes: [
      get(
        "/status/:status",
        { public: "a test", deps: { status: path("status", anyText, { identifies: nothing("a test") }) } },
        ({ status }) => {
          problem(Number(status), "upstream", "canary");
        },
      ),
      get("/address", { public: "a test", response: unchecked("a test") }, () => ({})),
      get("/good", { public: "a test", response: unchecked("a test") }, () => ({})),
      get("/listener", { public: "a test" }, () => {
        throw new SyntaxError("canary");
      }),
    ],
  });
  const serve = serveFetch(failing, {
    address: ({ url }) => {
      if (url.endsWith("/address")) throw new TypeError("canary");
      return undefined;
    },
  });

  test("ends in a 500 that says nothing, reported under the route's name; the promise never rejects", async () => {
    for (const [target, route] of [
      ["/status/0", "GET /status/:status"],
      ["/status/101", "GET /status/:status"],
      ["/status/600", "GET /status/:status"],
      ["/address", "GET /address"],
      ["/listener", "GET /listener"],
    ] as const) {
      log.length = 0;
      const answer = await serve(new Request(`http://api.test${target}`));
      const text = await answer.text();
      assert.deepEqual([answer.status, JSON.parse(text).code, text.includes("canary")], [500, "internal_error", false], target);
      assert.ok(log.includes(`error.unexpected ${route}`), `${target}: ${log.join()}`);
    }
    assert.equal((await serve(new Request("http://api.test/good"))).status, 200);
  });
});

describe("serveFetch behind a proxy", () => {
  const seen = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    routes: [
      get("/c", { public: "a test", deps: { came: connection() }, response: unchecked("a test") }, ({ came }) => ({
        secure: came.secure,
        address: came.address,
      })),
      get("/", { public: "a test" }, () => "root"),
    ],
  });

  test("asks the operator's functions for the address and for the encryption of the client's connection", async () => {
    const serve = serveFetch(seen, {
      address: (request) => request.headers.get("x-forwarded-for") ?? undefined,
      secure: (request) => request.headers.get("x-forwarded-proto") === "https",
    });
    const headers = { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" };
    const answer = await serve(new Request("http://api.example/c", { headers }));
    assert.deepEqual(await answer.json(), { secure: true, address: "203.0.113.7" });
    assert.equal(answer.headers.get("strict-transport-security"), "max-age=31536000");
    const plain = await serve(new Request("https://api.example/c"));
    assert.deepEqual([await plain.json(), plain.headers.get("strict-transport-security")], [{ secure: false }, null]);
  });

  test("uses the URL if the operator's function does not know", async () => {
    const serve = serveFetch(seen, { secure: () => undefined });
    assert.deepEqual(await (await serve(new Request("https://api.example/c"))).json(), { secure: true });
    assert.deepEqual(await (await serve(new Request("http://api.example/c"))).json(), { secure: false });
  });

  test("a promise in place of true or false is 500: it would always be true", async () => {
    const serve = serveFetch(seen, { secure: (async () => false) as never });
    assert.equal((await serve(new Request("http://api.example/c"))).status, 500);
  });

  test("answers below its base path only", async () => {
    const serve = serveFetch(seen, { basePath: "/api/v1" });
    const answer = async (path: string): Promise<number> => (await serve(new Request(`http://api.example${path}`))).status;
    for (const path of ["/api/v1/c", "/api/v1", "/api/v1/", "/api/v1/c?a=1"]) assert.equal(await answer(path), 200, path);
    for (const path of ["/c", "/", "/api/v1c", "/api", "/API/v1/c", "/api//v1/c", "/x/api/v1/c", "/%61pi/v1/c"])
      assert.equal(await answer(path), 404, path);
  });

  test("refuses a base path that no request has", () => {
    for (const basePath of ["", "/", "api", "/api/", "/a b", "/a?b", "//a", "/a//b", 1])
      assert.throws(
        () => serveFetch(seen, { basePath: basePath as string }),
        isBuildError("wrong_option", /basePath/),
        String(basePath),
      );
  });

  test("an answer that cannot be written keeps its request id", async () => {
    const ids: string[] = [];
    const odd = createApi({
      title: "t",
      version: "1",
      audit: ({ requestId }) => void ids.push(requestId),
      onError: (_error, { requestId }) => void ids.push(requestId),
      routes: [get("/odd", { public: "a test", response: file("image/png") }, () => new Uint8Array(1))],
    });
    const hosted = odd["~dispatcher"];
    const broken = {
      "~dispatcher": new Proxy(hosted, { get: (target, name) => (name === "handle" ? unwritable : bound(target, name)) }),
    };
    const answer = await serveFetch(broken)(new Request("http://api.example/odd"));
    assert.deepEqual([answer.status, answer.headers.get("x-request-id"), ids], [500, "first", ["first", "first"]]);
  });
});

const unwritable = (): HostResponse => ({ status: 200, headers: { "x-request-id": "first", "bad name": "" }, body: undefined });
const bound = (target: object, name: string | symbol): unknown => {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
};
