/**
 * `LISTEN` on a connection of its own. It is opened for the first listener and opened again whenever it breaks. A heartbeat
 * notices a server that vanished without closing the connection.
 */
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "lockstep";
import pg from "pg";
import type { Listener, Listening } from "../database.ts";

/** How the connection is watched. All times are milliseconds. */
export interface ChannelTimes {
  /** The time between a failure and the next attempt. Default 250. */
  readonly retryMs?: number;
  /** The time between two heartbeats. Default 5,000. */
  readonly heartbeatMs?: number;
  /** The longest time that the server may take to answer a heartbeat. Default 3,000. */
  readonly timeoutMs?: number;
}

/** A connection that listens, or is about to. It has ended when its socket is destroyed. */
interface Connection {
  readonly client: pg.Client;
  readonly socket: Socket;
  /** While the connection is being opened: resolves when it listens or has failed, and never rejects. */
  opening: Promise<void> | undefined;
  /** The last query: the next one waits for it. */
  asked: Promise<unknown>;
}

/** The longest time that closing a connection politely may take. */
const farewellMs = 500;

/** The channels that this process listens on. */
export class Channels {
  readonly #settings: pg.ClientConfig;
  readonly #times: Required<ChannelTimes>;
  readonly #listeners = new Map<string, Set<Listener>>();
  #connection: Connection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  /** Notifications may have been lost. */
  #wasInterrupted = false;
  #isClosed = false;

  constructor(settings: pg.ClientConfig, times: ChannelTimes = {}) {
    this.#times = { retryMs: 250, heartbeatMs: 5000, timeoutMs: 3000, ...times };
    // The only queries are LISTEN and the heartbeat, which the server answers at once.
    this.#settings = { ...settings, query_timeout: this.#times.timeoutMs };
  }

  /**
   * Listens from the moment when the promise resolves. It also resolves without a connection: then `reconnected()` is called once
   * there is one.
   *
   * @throws Unavailable when the database is closed
   */
  async listen(channel: string, listener: Listener): Promise<Listening> {
    if (this.#isClosed) throw new Unavailable("The database is closed");
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    await this.#hear(channel);
    return { close: () => this.#leave(channel, listener) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#disconnect();
  }

  async #hear(channel: string): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) await this.#connect();
    // Opening a connection listens on every channel that is known when it ends.
    else if (connection.opening !== undefined) await connection.opening;
    else await listenOn(connection, channel).catch(() => this.#lose(connection));
  }

  async #leave(channel: string, listener: Listener): Promise<void> {
    const listeners = this.#listeners.get(channel);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(channel);
    if (this.#listeners.size === 0) await this.#disconnect();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    const connection = this.#newConnection();
    this.#connection = connection;
    connection.opening = this.#open(connection).catch(() => this.#lose(connection));
    await connection.opening;
  }

  #newConnection(): Connection {
    const socket = new Socket();
    const client = new pg.Client({ ...this.#settings, stream: () => socket });
    const connection: Connection = { client, socket, opening: undefined, asked: Promise.resolve() };
    client.on("error", () => this.#lose(connection));
    client.on("end", () => this.#lose(connection));
    client.on("notification", ({ channel, payload = "" }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.notified(payload);
    });
    return connection;
  }

  async #open(connection: Connection): Promise<void> {
    await connection.client.connect();
    // The loop also sees a channel that is added while it runs.
    for (const channel of this.#listeners.keys()) await listenOn(connection, channel);
    connection.opening = undefined;
    if (this.#connection !== connection) return;
    this.#heartbeat = setInterval(() => {
      ask(connection, "SELECT 1").catch(() => this.#lose(connection));
    }, this.#times.heartbeatMs);
    this.#heartbeat.unref();
    if (!this.#wasInterrupted) return;
    this.#wasInterrupted = false;
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener.reconnected();
  }

  /** Discards a connection and opens another one, unless it was given up before. */
  #lose(connection: Connection): void {
    connection.socket.destroy();
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    clearInterval(this.#heartbeat);
    this.#wasInterrupted = true;
    this.#retry = setTimeout(() => void this.#connect(), this.#times.retryMs);
    this.#retry.unref();
  }

  /** Closes the connection politely if the server still answers. */
  async #disconnect(): Promise<void> {
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    if (connection.opening === undefined)
      await Promise.race([connection.client.end(), sleep(farewellMs, undefined, { ref: false })]);
    connection.socket.destroy();
    await connection.opening;
  }
}

function listenOn(connection: Connection, channel: string): Promise<unknown> {
  return ask(connection, `LISTEN ${pg.escapeIdentifier(channel)}`);
}

/** After one failure every later query fails too: the connection is given up. */
function ask(connection: Connection, statement: string): Promise<unknown> {
  connection.asked = connection.asked.then(() => connection.client.query(statement));
  return connection.asked;
}
