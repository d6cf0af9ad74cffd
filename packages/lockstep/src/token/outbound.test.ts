/** The outbound fetcher, through the keys that it fetches from a real server. */
import assert from "node:assert/strict";
import diagnostics from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { after, before, beforeEach, describe, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BuildError, InvalidCredential, Unavailable } from "../problem/error.ts";
import { eventually } from "../testing/eventually.ts";
import { json, KeyServer, unavailable } from "./key-server.fixture.ts";
import type { Answer } from "./key-server.fixture.ts";
import { remoteJwks } from "./remote-jwks.ts";
import type { RemoteJwksOptions } from "./remote-jwks.ts";
import * as f from "./token.fixture.ts";

const server = new KeyServer();

/** The client's side of the last connection. */
let socket: Socket | undefined;
const onSocket = (message: unknown): void => void ({ socket } = message as { readonly socket: Socket });
before(() => diagnostics.subscribe("net.client.socket", onSocket));
after(() => diagnostics.unsubscribe("net.client.socket", onSocket));
beforeEach(() => (socket = undefined));

/** Asserts that something ends when this time is over, and not before. */
async function timesOut(timeoutMs: number, ending: Promise<void>): Promise<void> {
  let isOver = false;
  const ended = ending.then(() => (isOver = true));
  mock.timers.tick(timeoutMs - 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!isOver);
  mock.timers.tick(1);
  await ended;
}

describe("the outbound fetcher (I-09, I-12)", () => {
  const wrongAddress = (url: string, allowPrivateHosts: readonly string[] = []): void => {
    assert.throws(
      () => remoteJwks({ url, allowPrivateHosts }),
      (error) => error instanceof BuildError && error.code === "wrong_option",
      url,
    );
  };

  test("takes https addresses on the public internet, and no others, when the API is built", () => {
    assert.ok(remoteJwks({ url: "https://as.example.com/keys" }));
    assert.ok(remoteJwks({ issuer: "https://as.example.com" }));
    const addresses = [
      "http://as.example.com/keys",
      "https://127.0.0.1/k",
      "https://[::1]/k",
      "https://[::ffff:169.254.169.254]/k",
      "https://0.0.0.0",
      "https://2130706433/",
      "https://0x7f.1/",
      "https://localhost./",
      "https://x.localhost/",
      "https://metadata.google.internal/",
      "file:///etc/passwd",
      "gopher://as.example.com",
      "data:application/json,{}",
      "https://user:password@as.example.com/",
      "/keys",
      "",
    ];
    for (const address of addresses) wrongAddress(address);
    assert.throws(() => remoteJwks({} as never), { code: "wrong_option" });
    assert.throws(() => remoteJwks({ issuer: "as.example.com" }), { code: "wrong_option" });
  });

  test("takes a private host only when it is named, and plain http only for a named loopback address", () => {
    assert.ok(remoteJwks({ url: "https://keycloak.internal/keys", allowPrivateHosts: ["keycloak.internal"] }));
    assert.ok(remoteJwks({ url: "http://127.0.0.1:9/keys", allowPrivateHosts: ["127.0.0.1:9"] }));
    wrongAddress("http://127.0.0.1:9/keys", ["127.0.0.1:10"]);
    wrongAddress("http://keycloak.internal/keys", ["keycloak.internal"]);
    wrongAddress("http://10.0.0.1/keys", ["10.0.0.1"]);
  });

  test("takes this machine over plain http only if loopback is allowed, and nothing else private with it", async () => {
    const { port } = new URL(server.origin);
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      const url = `http://${host}:${port}/keys`;
      if (host !== "127.0.0.1")
        wrongAddress(
          url,
          [`${host}:${port}`].filter(() => host === "localhost"),
        );
      wrongAddress(url);
      assert.ok(remoteJwks({ url, allowLoopback: true }));
    }
    const by = server.verifier({ url: `http://localhost:${port}/keys`, allowPrivateHosts: [], allowLoopback: true });
    assert.ok(await f.accepted(by, server.token()));
    for (const url of [
      "http://10.0.0.1/keys",
      "https://169.254.169.254/keys",
      "http://localhost.example.com/k",
      "http://a.localhost/k",
    ]) {
      assert.throws(() => remoteJwks({ url, allowLoopback: true }), { code: "wrong_option" }, url);
    }
    // The name is this machine's only if its addresses are.
    const resolve = async (): Promise<string[]> => ["127.0.0.1", "10.0.0.1"];
    const led = server.verifier({ url: `http://localhost:${port}/keys`, allowPrivateHosts: [], allowLoopback: true, resolve });
    await unavailable(led, server.token());
  });

  test("names a redirect that only adds or removes the slash at the end, and follows no redirect", async () => {
    const moved =
      (location: string): Answer =>
      (response) =>
        void response.writeHead(301, { location }).end();
    const refused = async (answer: Answer): Promise<unknown> => {
      server.answers = { "/keys": answer, "/keys/": json({ keys: [f.k1Jwk] }) };
      await unavailable(server.verifier(), server.token());
      return server.problems.pop()?.message;
    };
    const plain = "A document was refused: the server answered 301";
    for (const location of ["/keys/", `${server.origin}/keys/`]) {
      assert.equal(await refused(moved(location)), `${plain}; write its address as "${server.origin}/keys/"`);
    }
    for (const location of ["/keys/?a", "https://evil.example/keys/", "//evil.example", "\\t"])
      assert.equal(await refused(moved(location)), plain);
    assert.ok(!server.requests.includes("/keys/"));
    assert.ok(await f.accepted(server.verifier({ url: `${server.origin}/keys/` }), server.token()));
  });

  test("refuses a name that leads to a private address, before it connects", async () => {
    let asked = "";
    const fetched: string[] = [];
    const options: RemoteJwksOptions = {
      url: "https://rebind.example.com/keys",
      resolve: async (name) => {
        asked = name;
        return ["93.184.216.34", "10.0.0.1"];
      },
      fetch: async (input) => {
        fetched.push(input instanceof Request ? input.url : input.toString());
        return Response.json({ keys: [f.k1Jwk] });
      },
    };
    await unavailable(f.verifier({ keys: remoteJwks(options), algorithms: ["ES256"] }), f.token());
    assert.deepEqual([asked, fetched], ["rebind.example.com", []]);
    for (const addresses of [[], Promise.reject(new Error("no such name"))]) {
      const keys = remoteJwks({ ...options, resolve: async () => addresses });
      await unavailable(f.verifier({ keys, algorithms: ["ES256"] }), f.token());
    }
    const keys = remoteJwks({ ...options, resolve: async () => ["93.184.216.34"] });
    assert.ok(await f.accepted(f.verifier({ keys, algorithms: ["ES256"] }), f.token()));
  });

  test("gives up in time on a resolver or a fetch that never answers", async () => {
    for (const name of ["resolve", "fetch"] as const) {
      const asked = Promise.withResolvers<void>();
      const never = (): Promise<never> => (asked.resolve(), new Promise(() => {}));
      const keys = remoteJwks({ url: "https://as.example.com/keys", timeoutMs: 50, [name]: never });
      const refused = unavailable(f.verifier({ keys, algorithms: ["ES256"] }), f.token());
      await asked.promise;
      await timesOut(50, refused);
    }
  });

  test("asks no resolver about an address", async () => {
    const resolve = (): Promise<never> => assert.fail("asked");
    const fetch = async (): Promise<Response> => Response.json({ keys: [f.k1Jwk] });
    for (const url of ["https://8.8.8.8/keys", "https://[2606:4700::1111]/keys"]) {
      assert.ok(await f.accepted(f.verifier({ keys: remoteJwks({ url, resolve, fetch }), algorithms: ["ES256"] }), f.token()));
    }
  });

  const set = JSON.stringify({ keys: [f.k1Jwk] });
  const anomalies: Readonly<Record<string, Answer>> = {
    "a redirect": (response) => response.writeHead(302, { location: `${server.origin}/good` }).end(),
    "an error with a good body": (response) => response.writeHead(500, { "content-type": "application/json" }).end(set),
    "another media type": (response) => response.writeHead(200, { "content-type": "text/html" }).end(set),
    "no media type": (response) => response.writeHead(200).end(set),
    "another charset": (response) => response.writeHead(200, { "content-type": "application/json; charset=utf-16" }).end(set),
    "a body above the limit": (response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(`${set}${" ".repeat(300_000)}`),
    "an endless body": (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = (): void => void (response.destroyed || response.write(" ".repeat(65_536), () => setImmediate(more)));
      more();
    },
    "a decompression bomb": (response) =>
      response
        .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
        .end(gzipSync(Buffer.alloc(20_000_000, " "))),
    "duplicate members": (response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(set.replace("{", '{"keys":[],')),
    "bytes that are not UTF-8": (response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(Buffer.from([0x22, 0xff, 0x22])),
    "no JSON": (response) => response.writeHead(200, { "content-type": "application/json" }).end("<html>"),
    "a closed connection": (response) => void response.destroy(),
  };
  const silences: Readonly<Record<string, Answer>> = {
    silence: () => {},
    "a body that stops halfway": (response) =>
      void response.writeHead(200, { "content-type": "application/json" }).write(set.slice(0, 20)),
  };
  for (const [name, anomaly] of Object.entries(anomalies)) {
    // No time-out ends here: each refusal has its own reason.
    test(`server.answers ${name} with Unavailable, in time`, { timeout: 60_000 }, async () => {
      server.answers = { "/keys": anomaly, "/good": json({ keys: [f.k1Jwk] }) };
      await unavailable(server.verifier(), server.token());
      isOneUnavailable();
    });
  }
  for (const [name, silence] of Object.entries(silences)) {
    test(`server.answers ${name} with Unavailable, in time`, async () => {
      server.answers = { "/keys": silence };
      const refused = unavailable(server.verifier({ timeoutMs: 400 }), server.token());
      await server.asked(1);
      if (name !== "silence") await eventually(() => (socket?.bytesRead ?? 0) > 0, 30_000, "the answer has begun");
      await timesOut(400, refused);
      isOneUnavailable();
      assert.match(String(server.problems[0]?.message), /did not come in time/);
    });
  }

  function isOneUnavailable(): void {
    assert.deepEqual(server.requests, ["/keys"]);
    assert.ok(server.problems[0] instanceof Unavailable && !(server.problems[0] instanceof InvalidCredential));
  }

  test("reads a set of any JSON media type, in UTF-8", async () => {
    const types = [
      "application/json",
      "application/jwk-set+json",
      "application/json;charset=UTF8",
      'application/json; charset="utf-8"',
      "Application/JWK-Set+JSON; profile=a",
      "text/json",
      "application/json;odata.metadata=minimal",
    ];
    for (const type of types) {
      server.answers = { "/keys": json({ keys: [f.k1Jwk] }, type) };
      await server.verifier().ready();
    }
    for (const type of [
      "application/jsonp",
      "text/plain",
      "application/json+x",
      "application/json, text/html",
      "application/jwk-set+json;charset=latin1",
    ]) {
      server.answers = { "/keys": json({ keys: [f.k1Jwk] }, type) };
      await unavailable(server.verifier(), server.token());
    }
  });

  test("sends no cookies and keeps none", async () => {
    server.answers = {
      "/keys": (response) =>
        response.writeHead(200, { "content-type": "application/json; charset=utf-8", "set-cookie": "a=b" }).end(set),
    };
    const by = server.verifier();
    await by.ready();
    server.later(31);
    await by.ready();
    assert.deepEqual(server.cookies, [undefined, undefined]);
  });
});
