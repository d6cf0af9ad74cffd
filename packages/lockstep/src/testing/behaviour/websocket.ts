/** WebSockets: guarded like every other route, and ended like every other request that lasts. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.ts";
import type { Received } from "../http-client.ts";
import { pageOrigin } from "../socket-api.ts";
import type { LastingBehaviour, LastingHost } from "./lasting.ts";

function behaviour(name: string, check: LastingBehaviour["check"]): LastingBehaviour {
  return { name, check };
}

/** How a client ends. */
interface End {
  readonly code: number;
  readonly reason: string;
}

/** A client of a WebSocket. */
class Client {
  readonly #socket: WebSocket;
  readonly #came: unknown[] = [];
  readonly opened: Promise<unknown>;
  readonly end: Promise<End>;

  constructor(url: string, options: { readonly headers?: Readonly<Record<string, string>>; readonly protocols?: string[] }) {
    this.#socket = new WebSocket(url, { headers: {}, protocols: [], ...options });
    this.#socket.addEventListener("message", ({ data }) => this.#came.push(data));
    this.opened = new Promise((resolve) => this.#socket.addEventListener("open", resolve));
    this.end = new Promise((resolve) => this.#socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason })));
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  say(...messages: readonly (string | Uint8Array<ArrayBuffer>)[]): void {
    for (const message of messages) this.#socket.send(message);
  }

  /** The texts of the first messages that came. */
  async heard(count: number): Promise<readonly unknown[]> {
    await eventually(() => this.#came.length >= count, 60_000, `${count} messages came`);
    return this.#came.map((data) => (JSON.parse(String(data)) as { text: unknown }).text);
  }

  leave(): void {
    this.#socket.close();
  }
}

const said = (text: string): string => JSON.stringify({ text });

/** Opens a WebSocket as somebody who is signed in. */
async function opened(host: LastingHost, protocols: string[] = []): Promise<{ readonly client: Client; readonly token: string }> {
  const { token } = host.signIn();
  const client = new Client(host.socketUrl("/echo"), { headers: { authorization: `Bearer ${token}` }, protocols });
  await client.opened;
  return { client, token };
}

/** Sends a handshake and returns the answer to it, which must be a refusal. */
function refused(host: LastingHost, target: string, headers: Readonly<Record<string, string>> = {}): Promise<Received> {
  const handshake = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  return host.client.ask("GET", target, { headers: Object.entries(handshake) });
}

/** The status of an answer, and the code of its problem. */
function outcomeOf({ status, text }: Received): string {
  return `${status} ${(JSON.parse(text) as { code: string }).code}`;
}

/** Facts about WebSockets. */
export const webSocketBehaviours: readonly LastingBehaviour[] = [
  behaviour("the guards run before the handshake, and a refusal is an ordinary answer", async (host) => {
    const { id, token } = host.signIn();
    const bearer = { authorization: `Bearer ${token}` };
    const absent = await refused(host, "/echo");
    assert.equal(outcomeOf(absent), "401 unauthenticated");
    assert.match(absent.headers["www-authenticate"]?.[0] ?? "", /^Bearer/);
    assert.equal(outcomeOf(await refused(host, "/echo", { authorization: "Bearer wrong" })), "401 invalid_token");
    host.world.rooms.set("r1", new Set(["somebody"]));
    assert.equal(outcomeOf(await refused(host, "/rooms/r1", bearer)), "404 not_found");
    assert.equal(outcomeOf(await refused(host, "/rooms/none", bearer)), "404 not_found");
    host.world.rooms.get("r1")?.add(id);
    const client = new Client(host.socketUrl("/rooms/r1"), { headers: bearer });
    assert.deepEqual(await client.heard(1), ["2 members"]);
    client.leave();
  }),
  behaviour("messages are JSON, come in order, and are cut to their schema", async (host) => {
    const since = host.world.log.length;
    const { client } = await opened(host);
    const texts = Array.from({ length: 100 }, (_, index) => `m${index}`);
    client.say(...texts.map(said));
    assert.deepEqual(
      await client.heard(100),
      texts.map((text) => text.toUpperCase()),
    );
    client.say(said("bye"));
    assert.deepEqual(await client.end, { code: 1000, reason: "" });
    await host.logged(since, "committed", "101 GET /echo");
  }),
  behaviour("a message that cannot be read ends the connection, with the status and the code of its problem", async (host) => {
    for (const [message, end] of [
      ["{", { code: 4400, reason: "malformed_json" }],
      ['{"text":"a","text":"b"}', { code: 4400, reason: "duplicate_member" }],
      ['{"__proto__":1,"text":"a"}', { code: 4400, reason: "forbidden_key" }],
      [`${"[".repeat(40)}${"]".repeat(40)}`, { code: 4413, reason: "too_deep" }],
      ['{"text":1}', { code: 4422, reason: "invalid_input" }],
      ['{"text":"a","role":"admin"}', { code: 4422, reason: "invalid_input" }],
      [said("x".repeat(1001)), { code: 4422, reason: "invalid_input" }],
      [said("x".repeat(3000)), { code: 1009, reason: "" }],
      [new Uint8Array([1, 2]), { code: 1003, reason: "send text" }],
    ] as const) {
      const { client } = await opened(host);
      client.say(said("first"));
      await client.heard(1);
      client.say(message, said("never"));
      assert.deepEqual(await client.end, end, String(message).slice(0, 40));
      assert.deepEqual(await client.heard(1), ["FIRST"]);
    }
  }),
  behaviour("what the handler throws decides the code, and only what nobody expected is reported", async (host) => {
    for (const [text, code, reason, logged] of [
      ["problem", 4409, "room_closed", []],
      ["denied", 4403, "forbidden", ["authorization.denied"]],
      ["away", 1013, "unavailable", ["error.unavailable"]],
      ["broken", 1011, "internal_error", ["error.unexpected", "error RangeError"]],
    ] as const) {
      const since = host.world.log.length;
      const { client } = await opened(host);
      client.say(said(text));
      assert.deepEqual(await client.end, { code, reason });
      const log = await host.logged(since, "101 GET /echo");
      assert.deepEqual(
        log.filter((entry) => /error|denied/.test(entry) && !entry.startsWith("rolled")),
        logged,
      );
      assert.ok(log.some((entry) => entry.startsWith("rolled back by")));
    }
  }),
  behaviour("the handler may close the connection with a code of its own", async (host) => {
    const { client } = await opened(host);
    client.say(said("close"));
    assert.deepEqual(await client.end, { code: 4000, reason: "as asked" });
  }),
  behaviour("only pages of listed origins and programs open one, whatever the credential", async (host) => {
    const { token } = host.signIn();
    const bearer = { authorization: `Bearer ${token}` };
    const cookie = { cookie: `session=${token}` };
    for (const [target, headers] of [
      ["/echo", { ...bearer, origin: "https://evil.test" }],
      ["/echo", { ...bearer, origin: "null" }],
      ["/echo", { ...bearer, origin: `${pageOrigin}.evil.test` }],
      ["/open", { origin: "https://evil.test" }],
      ["/open", { "sec-fetch-site": "cross-site" }],
      ["/page", { ...cookie, origin: "https://evil.test" }],
      ["/page", cookie],
    ] as const)
      assert.equal(outcomeOf(await refused(host, target, headers)), "403 cross_site", `${target} ${JSON.stringify(headers)}`);
    for (const [target, headers] of [
      ["/echo", { ...bearer, origin: pageOrigin }],
      ["/echo", bearer],
      ["/open", { origin: pageOrigin }],
      ["/page", { ...cookie, origin: pageOrigin }],
      ["/page", { ...cookie, "sec-fetch-site": "same-origin" }],
    ] as const) {
      const client = new Client(host.socketUrl(target), { headers });
      await client.opened;
      client.leave();
      await client.end;
    }
  }),
  behaviour("it ends when its token is revoked, and what the client says then is not heard", async (host) => {
    const since = host.world.log.length;
    const { client, token } = await opened(host);
    const before = host.world.lookups;
    await eventually(() => host.world.lookups >= before + 3, 60_000, "the guards ran again");
    client.say(said("still here"));
    assert.deepEqual(await client.heard(1), ["STILL HERE"], "it goes on as long as the token is good");
    host.world.people.delete(token);
    assert.deepEqual(await client.end, { code: 1008, reason: "access_ended" });
    const log = await host.logged(since, "told AccessEnded", "rolled back by AccessEnded", "101 GET /echo");
    assert.equal(log.filter((entry) => entry === "authentication.failed").length, 1);
  }),
  behaviour("a client that leaves ends the messages, is told by the signal, and the resources close", async (host) => {
    const since = host.world.log.length;
    const { client } = await opened(host);
    client.leave();
    const log = await host.logged(since, "told ReaderGone", "ended", "committed", "101 GET /echo", "worked");
    assert.ok(log.indexOf("101 GET /echo") > log.indexOf("committed"), "the request is over when its handler has ended");
  }),
  behaviour("the resources stay open until the handler has ended, and roll back if access has", async (host) => {
    const [since, { token }] = [host.world.log.length, host.signIn()];
    const client = new Client(host.socketUrl("/slow"), { headers: { authorization: `Bearer ${token}` } });
    await client.opened;
    host.world.people.delete(token);
    assert.equal((await client.end).code, 1008);
    const log = await host.logged(since, "saved", "rolled back by AccessEnded", "101 GET /slow");
    assert.ok(log.indexOf("saved") < log.indexOf("rolled back by AccessEnded"));
    assert.ok(!log.includes("worked"), "and no work is left");
  }),
  behaviour("a request that is not a handshake is answered with 426, before any guard", async (host) => {
    for (const [method, headers] of [
      ["GET", []],
      ["GET", [["upgrade", "websocket"]]],
      [
        "GET",
        [
          ["connection", "Upgrade"],
          ["upgrade", "h2c"],
        ],
      ],
    ] as const) {
      const answer = await host.client.ask(method, "/echo", { headers });
      assert.equal(outcomeOf(answer), "426 upgrade_required");
      assert.deepEqual(answer.headers["upgrade"], ["websocket"]);
    }
    assert.equal((await host.client.ask("HEAD", "/echo")).status, 426);
    assert.equal((await host.client.ask("POST", "/echo")).status, 405);
    for (const headers of [{ "sec-websocket-version": "12" }, { "sec-websocket-key": "short" }])
      assert.equal((await refused(host, "/echo", headers)).status, 426);
  }),
  behaviour("the first protocol of the client that the route speaks is agreed on", async (host) => {
    for (const [offered, agreed] of [
      [["other", "echo.v1", "echo.v2"], "echo.v1"],
      [[], ""],
    ] as const) {
      const { client } = await opened(host, [...offered]);
      assert.equal(client.protocol, agreed);
      client.say(said("protocol"));
      assert.deepEqual(await client.heard(1), [agreed === "" ? "undefined" : agreed]);
      client.leave();
    }
  }),
];
