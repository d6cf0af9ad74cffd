/** Requests that last: they end when their client leaves or their caller's access ends, and only then. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { eventually } from "../eventually.ts";
import { HttpClient } from "../http-client.ts";
import type { LastingWorld } from "../lasting-api.ts";

/** A host that serves the API of requests that last. */
export class LastingHost {
  readonly world: LastingWorld;
  readonly client: HttpClient;
  #count = 0;

  readonly #url: string;

  constructor(world: LastingWorld, url: string) {
    this.world = world;
    this.client = new HttpClient(url);
    this.#url = url;
  }

  /** The address of a WebSocket. */
  socketUrl(target: string): string {
    return `${this.#url.replace(/^http/, "ws")}${target}`;
  }

  /** Signs somebody in with a token of their own. */
  signIn(): { readonly id: string; readonly token: string } {
    this.#count += 1;
    const [id, token] = [`person-${this.#count}`, `token-${this.#count}`];
    this.world.people.set(token, id);
    return { id, token };
  }

  /** Opens a request and waits for its first piece. */
  async open(target: string, token: string): Promise<IncomingMessage> {
    const message = await this.client.open("GET", target, { headers: [["authorization", `Bearer ${token}`]] });
    assert.equal(message.statusCode, 200);
    // What breaks the connection is told by `close`.
    message.on("error", () => {});
    await once(message, "data");
    return message;
  }

  /** Waits until the log has entries, and returns those since a position. */
  async logged(since: number, ...entries: readonly string[]): Promise<readonly string[]> {
    const isThere = (): boolean => entries.every((entry) => this.world.log.slice(since).includes(entry));
    await eventually(isThere, 60_000, `${entries.join()} is logged; the log is ${this.world.log.slice(since).join()}`);
    return this.world.log.slice(since);
  }
}

/** One fact about requests that last. */
export interface LastingBehaviour {
  readonly name: string;
  check(host: LastingHost): Promise<void>;
}

function behaviour(name: string, check: LastingBehaviour["check"]): LastingBehaviour {
  return { name, check };
}

/** Whether the client saw the end of the answer, or that it was broken off. */
async function endOf(message: IncomingMessage): Promise<"complete" | "broken"> {
  message.resume();
  if (!message.closed) await new Promise((resolve) => message.once("close", resolve));
  return message.complete ? "complete" : "broken";
}

/** Waits until the guards of an open request have run again a few times. */
async function rechecked({ world }: LastingHost): Promise<void> {
  const before = world.lookups;
  await eventually(() => world.lookups >= before + 3, 60_000, "the guards ran again");
}

/** Facts about requests that last. */
export const lastingBehaviours: readonly LastingBehaviour[] = [
  behaviour("a stream is broken off when its token is revoked, its signal says so, and nothing commits", async (host) => {
    const [since, { token }] = [host.world.log.length, host.signIn()];
    const message = await host.open("/mine", token);
    await rechecked(host);
    assert.equal(message.closed, false, "it goes on as long as the token is good");
    host.world.people.delete(token);
    assert.equal(await endOf(message), "broken");
    const log = await host.logged(since, "told AccessEnded", "finally", "rolled back by AccessEnded");
    assert.equal(log.filter((entry) => entry === "authentication.failed").length, 1, "reported like a new request that is refused");
  }),
  behaviour("a stream is broken off when its caller leaves the room that it shows", async (host) => {
    const [since, { id, token }] = [host.world.log.length, host.signIn()];
    host.world.rooms.set("r1", new Set([id]));
    const message = await host.open("/rooms/r1", token);
    await rechecked(host);
    host.world.rooms.get("r1")?.delete(id);
    assert.equal(await endOf(message), "broken");
    await host.logged(since, "object.hidden", "told AccessEnded", "finally");
  }),
  behaviour("a generator that hears no signal is ended with its answer, and its resources close", async (host) => {
    const [since, { token }] = [host.world.log.length, host.signIn()];
    const message = await host.open("/deaf", token);
    host.world.people.delete(token);
    assert.equal(await endOf(message), "broken");
    await host.logged(since, "rolled back by AccessEnded");
  }),
  behaviour("a store that is away for a moment ends nothing", async (host) => {
    const [since, { token }] = [host.world.log.length, host.signIn()];
    const message = await host.open("/mine", token);
    host.world.isAway = true;
    await rechecked(host);
    host.world.isAway = false;
    await rechecked(host);
    assert.equal(message.closed, false);
    message.destroy();
    await host.logged(since, "told ReaderGone");
  }),
  behaviour("a client that leaves is told by the signal, and the generator runs its finally", async (host) => {
    for (const target of ["/mine", "/open"]) {
      const [since, { token }] = [host.world.log.length, host.signIn()];
      const message = await host.open(target, token);
      message.destroy();
      await host.logged(since, "told ReaderGone", "finally");
    }
  }),
  behaviour("events go on after the last one that a client got, and end when its token is revoked", async (host) => {
    for (const [id, said] of [
      [undefined, "after nothing"],
      ["7", "after 7"],
    ] as const) {
      const [since, { token }] = [host.world.log.length, host.signIn()];
      const message = await host.client.open("GET", "/events", {
        headers: [["authorization", `Bearer ${token}`], ...(id === undefined ? [] : [["Last-Event-ID", id] as const])],
      });
      message.on("error", () => {});
      assert.equal(message.headers["content-type"], "text/event-stream");
      const [event] = (await once(message, "data")) as [Buffer];
      assert.equal(event.toString(), `id: 8\nevent: note\ndata: "${said}"\n\n`);
      host.world.people.delete(token);
      assert.equal(await endOf(message), "broken");
      await host.logged(since, "finally");
    }
  }),
  behaviour("a stream that begins after its caller's access ended is not sent", async (host) => {
    const [since, { token }] = [host.world.log.length, host.signIn()];
    const asked = host.client.ask("GET", "/late", { headers: [["authorization", `Bearer ${token}`]] });
    await host.logged(since, "waiting");
    host.world.people.delete(token);
    const { status, text } = await asked;
    assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [503, "unavailable"]);
    await host.logged(since, "rolled back by AccessEnded");
  }),
  behaviour("a handler that waits is told when its client leaves, and when its caller's access ends", async (host) => {
    const { token } = host.signIn();
    const begin = host.world.log.length;
    const asked = host.client.ask("GET", "/wait", { headers: [["authorization", `Bearer ${token}`]] });
    await host.logged(begin, "waiting");
    host.world.people.delete(token);
    assert.equal((await asked).status, 200, "an answer that is whole is sent: the handler decides");
    await host.logged(begin, "told AccessEnded");
  }),
];
