/**
 * The connection goes to the address that was checked (I-09): real TLS servers on the loopback address, and a system resolver
 * that lies.
 */
import assert from "node:assert/strict";
import diagnostics from "node:diagnostics_channel";
import dns from "node:dns";
import { once } from "node:events";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { after, afterEach, before, beforeEach, describe, mock, test } from "node:test";
import tls from "node:tls";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import type { ServerResponse } from "node:http";
import { testCertificate, testKey } from "./certificate.fixture.ts";
import { json, unavailable } from "./key-server.fixture.ts";
import type { Answer } from "./key-server.fixture.ts";
import { remoteJwks } from "./remote-jwks.ts";
import type { RemoteJwksOptions } from "./remote-jwks.ts";
import * as f from "./token.fixture.ts";

/** Public by its prefix, and routed nowhere: the 6bone gave it back. */
const publicAddress = "3ffe::1";
const good = json({ keys: [f.k1Jwk] });

/** What reached the server, and where connections were tried. */
const requests: string[] = [];
const names: (string | false | undefined)[] = [];
const attempts: string[] = [];
const problems: Error[] = [];
let answer: Answer = good;
/** Whether a connection to the public address ends as soon as it is tried, however the machine's network answers. */
let cutsOff = true;

const server = createServer({ key: testKey, cert: testCertificate }, (request, response: ServerResponse) => {
  requests.push(`${request.headers.host}${request.url}`);
  names.push("servername" in request.socket ? (request.socket.servername as string) : undefined);
  answer(response);
});
let port = 0;

const onSocket = (message: unknown): void => {
  const { socket } = message as { readonly socket: Socket };
  socket.on("connectionAttempt", (address: string) => {
    attempts.push(address);
    if (cutsOff && address === publicAddress) setImmediate(() => socket.destroy(new Error("nobody is there")));
  });
};

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), testCertificate]);
  diagnostics.subscribe("net.client.socket", onSocket);
});
after(() => {
  diagnostics.unsubscribe("net.client.socket", onSocket);
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  for (const list of [requests, names, attempts, problems]) list.length = 0;
  answer = good;
  cutsOff = true;
  // No time-out ends a request here, however long it takes.
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.reset());

const keysOf = (options: Partial<RemoteJwksOptions>, name = "keys.example.com"): ReturnType<typeof f.verifier> => {
  // `url` stays; only what differs from test to test is replaced.
  const all = {
    url: `https://${name}:${port}/keys`,
    onProblem: (problem: Error) => problems.push(problem),
    ...options,
  };
  return f.verifier({ keys: remoteJwks(all as RemoteJwksOptions), algorithms: ["ES256"] });
};
const allowed = { allowPrivateHosts: ["keys.example.com"], resolve: async () => ["127.0.0.1"] } as const;

/** From now on the system's resolver answers the check with these addresses, and connections with the loopback address. */
function lie(...addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  mock.method(dns.promises, "lookup", async () => found);
  mock.method(dns, "lookup", (_host: string, options: dns.LookupOptions, done: (...result: unknown[]) => void) => {
    queueMicrotask(() => (options.all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4)));
  });
}

describe("the connection to an issuer", () => {
  test("goes to the address that `resolve` returned, with the name for TLS and in Host", async () => {
    assert.ok(await f.accepted(keysOf(allowed), f.token()));
    assert.deepEqual([requests, names, attempts], [[`keys.example.com:${port}/keys`], ["keys.example.com"], ["127.0.0.1"]]);
  });

  test("goes to an address of the system's resolver by default", async () => {
    mock.method(dns.promises, "lookup", async () => [{ address: "127.0.0.1", family: 4 }]);
    assert.ok(await f.accepted(keysOf({ allowPrivateHosts: ["keys.example.com"] }), f.token()));
    assert.deepEqual([requests.length, attempts], [1, ["127.0.0.1"]]);
  });

  test("demands a certificate for the name, not for the address", async () => {
    const other = { ...allowed, allowPrivateHosts: ["other.example.com"] };
    await unavailable(keysOf(other, "other.example.com"), f.token());
    assert.deepEqual([requests, attempts], [[], ["127.0.0.1"]]);
    assert.match(inspect(problems[0]?.cause), /ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  test("trusts the certificates of `ca`, and then no others", async () => {
    const pem = tls.getCACertificates("bundled")[0] ?? "";
    await unavailable(keysOf({ ...allowed, ca: pem }), f.token());
    assert.match(inspect(problems[0]?.cause), /DEPTH_ZERO_SELF_SIGNED_CERT/);
    for (const ca of [testCertificate, [pem, testCertificate]] as const) {
      assert.ok(await f.accepted(keysOf({ ...allowed, ca }), f.token()));
    }
    assert.throws(() => keysOf({ ...allowed, ca: pem, fetch }), { code: "wrong_option" });
  });

  test("is not led elsewhere by a name server that answers the second time with another address", async () => {
    lie(publicAddress);
    await unavailable(keysOf({}), f.token());
    assert.deepEqual([requests, attempts], [[], [publicAddress]]);
    const first = [[publicAddress], ["127.0.0.1"]];
    let asked = 0;
    const resolve = async (): Promise<string[]> => first[asked++] ?? [];
    await unavailable(keysOf({ resolve }), f.token());
    assert.deepEqual([requests, attempts, asked], [[], [publicAddress, publicAddress], 1]);
  });

  test("shows what the name server could do to a request that resolves the name again (control)", async () => {
    lie(publicAddress);
    assert.equal((await fetch(`https://keys.example.com:${port}/keys`)).status, 200);
    assert.deepEqual(attempts, ["127.0.0.1"]);
  });

  test("is not made if one of the addresses is not public, or there is none", async () => {
    for (const addresses of [["127.0.0.1"], [publicAddress, "127.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"], []]) {
      lie(...addresses);
      await unavailable(keysOf({}), f.token());
      await unavailable(keysOf({ resolve: async () => addresses }), f.token());
    }
    assert.deepEqual([requests, attempts, problems.length], [[], [], 10]);
    assert.ok(problems.every(({ message }) => message.includes("not public")));
  });

  test("tries the next address if one cannot be reached", async () => {
    cutsOff = false;
    assert.ok(await f.accepted(keysOf({ ...allowed, resolve: async () => [publicAddress, "127.0.0.1"] }), f.token()));
    assert.deepEqual([requests.length, attempts.at(-1)], [1, "127.0.0.1"]);
  });

  test("is of one request only: the next one is checked again", async () => {
    answer = (response) => {
      response.setHeader("connection", "keep-alive");
      good(response);
    };
    for (let time = 0; time < 2; time += 1) assert.ok(await f.accepted(keysOf(allowed), f.token()));
    await unavailable(keysOf({ resolve: allowed.resolve }), f.token());
    assert.deepEqual([requests.length, attempts.length], [2, 2]);
  });

  test("follows no redirect", async () => {
    answer = (response) => response.writeHead(302, { location: `https://keys.example.com:${port}/elsewhere` }).end();
    await unavailable(keysOf(allowed), f.token());
    assert.deepEqual([requests.length, problems[0]?.message], [1, "A document was refused: the server answered 302"]);
  });

  test("refuses statuses that no document has", async () => {
    for (const status of [204, 206, 304, 599, 999]) {
      answer = (response) => response.writeHead(status).end();
      await unavailable(keysOf(allowed), f.token());
      assert.equal(problems.at(-1)?.message, `A document was refused: the server answered ${status}`);
    }
  });

  test("decodes gzip, which some servers send unasked, and no other encoding", async () => {
    const set = JSON.stringify({ keys: [f.k1Jwk] });
    const encoded =
      (encoding: string, body: Buffer): Answer =>
      (response) =>
        response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding }).end(body);
    answer = encoded("gzip", gzipSync(set));
    assert.ok(await f.accepted(keysOf(allowed), f.token()));
    for (const wrong of [
      encoded("br", Buffer.from(set)),
      encoded("gzip", Buffer.from(set)),
      encoded("gzip, gzip", gzipSync(set)),
    ]) {
      answer = wrong;
      await unavailable(keysOf(allowed), f.token());
    }
  });

  test("is the runtime's own if the runtime is not Node, or if a `fetch` is passed", async () => {
    const asked: string[] = [];
    const fetch = async (input: unknown): Promise<Response> => {
      asked.push(String(input));
      return Response.json({ keys: [f.k1Jwk] });
    };
    assert.ok(await f.accepted(keysOf({ fetch }), f.token()));
    mock.method(globalThis, "fetch", fetch);
    const versions = process.versions;
    for (const foreign of [
      { getBuiltinModule: undefined },
      { versions: { ...versions, bun: "1.3.0" } },
      { versions: { ...versions, deno: "2.5.0" } },
    ]) {
      const before = Object.entries(foreign).map(([name]) => [name, Object.getOwnPropertyDescriptor(process, name)] as const);
      for (const [name, value] of Object.entries(foreign)) Object.defineProperty(process, name, { value, configurable: true });
      try {
        assert.ok(await f.accepted(keysOf({}), f.token()));
      } finally {
        for (const [name, descriptor] of before) if (descriptor !== undefined) Object.defineProperty(process, name, descriptor);
      }
    }
    assert.deepEqual([asked.length, attempts], [4, []]);
    await unavailable(keysOf({ ...allowed, allowPrivateHosts: [] }), f.token());
  });
});
