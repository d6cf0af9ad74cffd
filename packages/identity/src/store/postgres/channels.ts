/**
 * `LISTEN` on a connection of its own, which is made when somebody first listens and made again whenever it breaks.
 */
import pg from "pg";
import type { Listener, Listening } from "../database.ts";

const retryMs = 250;

/** The channels that this process listens on. */
export class Channels {
  readonly #settings: pg.ClientConfig;
  readonly #listeners = new Map<string, Set<Listener>>();
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: pg.ClientConfig) {
    // Nothing is asked on this connection but LISTEN, which answers at once.
    this.#settings = settings;
  }

  /** Rejects where there is no connection at first; later ones are made again without a word. */
  async listen(channel: string, listener: Listener): Promise<Listening> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    const isNew = listeners.size === 0;
    this.#listeners.set(channel, listeners.add(listener));
    try {
      if (this.#client === undefined) await (this.#connecting ??= this.#connect());
      else if (isNew) await this.#client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch {
      // Not heard for now: whoever listens also polls, and is told once there is a connection.
      this.#connectLater();
    }
    return { close: async () => void listeners.delete(listener) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(this.#settings);
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.on("notification", ({ channel, payload }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.notified(payload ?? "");
    });
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      this.#client = client;
    } finally {
      this.#connecting = undefined;
      if (this.#client !== client || this.#isClosed) void client.end().catch(() => {});
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#connectLater();
  }

  #connectLater(): void {
    if (this.#isClosed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#connecting ??= this.#connect();
      this.#connecting.then(
        () => this.#tellReconnected(),
        () => this.#connectLater(),
      );
    }, retryMs);
    this.#retry.unref();
  }

  #tellReconnected(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener.reconnected();
  }
}
