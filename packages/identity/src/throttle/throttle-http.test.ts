import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { connection, createApi, post } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { testSettings } from "../settings.fixture.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { Throttle } from "./throttle.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | readonly string[]>;
  readonly body: string;
}

interface Sent {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly path?: string;
}

type Send = (sent?: Sent) => Promise<Answer>;

/** Every header by which somebody could say that they are somebody else. */
const spoofs = [
  "X-Forwarded-For",
  "X_Forwarded_For",
  "X-Real-IP",
  "CF-Connecting-IP",
  "True-Client-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "Fastly-Client-IP",
];

/** A server that allows three requests from a network, and how to ask it. */
async function serve(t: TestContext, options: { readonly trustedProxies?: number; readonly socket?: boolean } = {}): Promise<Send> {
  const { settings } = testSettings(openSqlite(":memory:"), { clientAddress: "known" });
  const throttle = new Throttle(settings, { link: { network: { attempts: 3 } } });
  const enter = post("/enter", { public: "is limited", deps: { connection: connection() } }, async (values) => {
    await throttle.failed("link", values.connection);
  });
  const api = createApi({ title: "Limits", version: "1", routes: [enter], audit: () => {} });
  const server = fastifyServer(api, { trustedProxies: options.trustedProxies ?? 0 });
  t.after(() => server.close());
  if (options.socket === true) {
    const path = join(tmpdir(), `lockstep-${randomUUID()}.sock`);
    t.after(() => rm(path, { force: true }));
    await server.listen({ path });
    return (sent = {}) => ask({ ...sent, socketPath: path });
  }
  const { port } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
  return (sent = {}) => ask({ ...sent, port: Number(port) });
}

function ask({
  headers = {},
  path = "/enter",
  ...place
}: Sent & { readonly socketPath?: string; readonly port?: number }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", ...place, method: "POST", path, headers: { ...headers, "content-length": "0" }, agent: false },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
      },
    );
    sent.on("error", reject).end();
  });
}

async function statusesOf(send: Send, sent: readonly Sent[]): Promise<readonly (number | undefined)[]> {
  const statuses: (number | undefined)[] = [];
  for (const each of sent) statuses.push((await send(each)).status);
  return statuses;
}

function times(count: number, sent: (index: number) => Sent): readonly Sent[] {
  return Array.from({ length: count }, (_, index) => sent(index));
}

const afterThree = (count: number) => Array.from({ length: count }, (_, index) => (index < 3 ? 204 : 429));

describe("the network over real sockets", () => {
  test("the fourth request is 429 with Retry-After, RateLimit and RateLimit-Policy (L-15)", async (t) => {
    const send = await serve(t);
    assert.deepEqual(
      await statusesOf(
        send,
        times(4, () => ({})),
      ),
      afterThree(4),
    );
    const { status, headers, body } = await send();
    const wait = Number(headers["retry-after"]);
    assert.ok(wait > 590 && wait <= 600, String(wait));
    assert.deepEqual(
      [status, headers["ratelimit"], headers["ratelimit-policy"]],
      [429, `"link";r=0;t=${wait}`, '"link";q=3;w=600'],
    );
    assert.equal(headers["content-type"], "application/problem+json");
    assert.equal(JSON.parse(body).code, "too_many_requests");
    assert.doesNotMatch(body, /127\.0|network/);
  });

  test("without trusted proxies a new X-Forwarded-For on each of 100 requests changes nothing (L-08)", async (t) => {
    const send = await serve(t);
    const sent = times(100, (index) => ({ headers: { "X-Forwarded-For": `203.0.${index}.1` } }));
    assert.deepEqual(await statusesOf(send, sent), afterThree(100));
  });

  test("no header says who is asking, whatever its name or form (L-09)", async (t) => {
    const send = await serve(t);
    const forms = [
      "203.0.113.1",
      "unknown",
      "[::1]:80",
      "_hidden",
      "",
      ",",
      "a".repeat(4000),
      Array.from({ length: 1000 }, () => "1.1.1.1").join(", "),
    ];
    const sent = [
      ...spoofs.flatMap((name) => forms.map((value) => ({ headers: { [name]: value } }))),
      { headers: { Forwarded: "for=203.0.113.1" } },
      { headers: { Forwarded: 'for="[2001:db8::1]:80";proto=https' } },
      { headers: { "X-Forwarded-For": ["203.0.113.1", "203.0.114.1"] } },
    ];
    assert.deepEqual(await statusesOf(send, sent), afterThree(sent.length));
  });

  test("behind one proxy the address that it appended counts, whatever the client wrote before it (L-09)", async (t) => {
    const send = await serve(t, { trustedProxies: 1 });
    const claims = [
      "1.1.1.1, ",
      "unknown, ",
      "[::1]:80, ",
      ", , ",
      "127.0.0.1, ",
      `${Array.from({ length: 1000 }, () => "1.1.1.1").join(", ")}, `,
    ];
    const sent = times(30, (index) => ({
      headers: {
        "X-Forwarded-For": `${claims[index % claims.length]}203.0.113.1`,
        ...Object.fromEntries(spoofs.slice(1).map((name) => [name, `198.51.${index}.1`])),
        Forwarded: `for=198.51.${index}.2`,
      },
    }));
    assert.deepEqual(await statusesOf(send, sent), afterThree(30));
    // The control: another client of the same proxy is another network.
    assert.equal((await send({ headers: { "X-Forwarded-For": "203.0.113.1, 198.51.100.1" } })).status, 204);
  });

  test("behind one proxy garbage in the place of the address is one network (L-09)", async (t) => {
    const send = await serve(t, { trustedProxies: 1 });
    const garbage = ["unknown", "_x", "999.1.1.1", "1.1.1", "a b", "::g"];
    const sent = times(12, (index) => ({ headers: { "X-Forwarded-For": garbage[index % garbage.length] ?? "" } }));
    assert.deepEqual(await statusesOf(send, sent), afterThree(12));
  });

  test("IPv6 and IPv4-mapped spellings of one network, and a port, are one network (L-11)", async (t) => {
    const send = await serve(t, { trustedProxies: 1 });
    const of = (address: string) => ({ headers: { "X-Forwarded-For": address } });
    const six = ["2001:db8::1", "2001:DB8:0:0::2", "2001:0db8:0000:0000:ffff::", "[2001:db8::5]:443", "2001:db8::9%eth0"];
    assert.deepEqual(await statusesOf(send, six.map(of)), afterThree(5));
    const four = ["203.0.113.3", "::ffff:203.0.113.3", "::FFFF:cb00:7103", "203.0.113.3:5678", "0:0:0:0:0:ffff:203.0.113.3"];
    assert.deepEqual(await statusesOf(send, four.map(of)), afterThree(5));
    assert.equal((await send(of("2001:db8:0:1::1"))).status, 204);
  });

  test("other spellings of the path have no route, so none gets around the limit (L-11)", async (t) => {
    const send = await serve(t);
    assert.deepEqual(
      await statusesOf(
        send,
        times(4, () => ({})),
      ),
      afterThree(4),
    );
    for (const path of [
      "//enter",
      "/enter/",
      "/ENTER",
      "/enter%00",
      "/%65nter",
      "/./enter",
      "/x/../enter",
      "/%2fenter",
      "/enter;x=1",
    ]) {
      assert.equal((await send({ path })).status, 404, path);
    }
    // What meets the route meets its limit.
    for (const path of ["/enter?", "/enter?x=1", "/enter?/../x"]) assert.equal((await send({ path })).status, 429, path);
  });

  test("the clients of a unix socket are one network (L-12)", async (t) => {
    const send = await serve(t, { socket: true });
    const sent = times(10, (index) => ({ headers: { "X-Forwarded-For": `203.0.${index}.1` } }));
    assert.deepEqual(await statusesOf(send, sent), afterThree(10));
  });
});
