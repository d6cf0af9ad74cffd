/** A chain of events, and changes that somebody with the database could make to it. */
import { Redacted } from "lockstep";
import { randomBytes } from "node:crypto";
import { type IdentityKey, identityKey, type IdentityKeys } from "../secret/identity-key.ts";
import type { Database } from "../store/database.ts";
import { all, type Parameters, sql } from "../store/statement.ts";
import { chainEvents, hasUnchained } from "./chain.ts";
import { type ChainReport, verifyChain, type VerifyOptions } from "./chain-verification.ts";
import { saveStoredEvent } from "./stored-event.ts";

/** A new key. */
export function newKey(): IdentityKey {
  return identityKey(new Redacted(randomBytes(32).toString("base64url")));
}

/** A database with a chain. */
export class TestChain {
  readonly db: Database;
  keys: IdentityKeys = { current: newKey(), previous: [] };
  #written = 0;

  constructor(db: Database) {
    this.db = db;
  }

  /** Writes events without a number: `event-1`, one millisecond after another. */
  async write(count: number): Promise<void> {
    await this.db.transaction(() => this.#save(count));
  }

  /** Writes events, and chains them. */
  async fill(count: number): Promise<this> {
    await this.write(count);
    await this.seal();
    return this;
  }

  /** Chains every event. */
  async seal(): Promise<void> {
    while (await this.db.run(hasUnchained())) await this.db.transaction(() => chainEvents(50, this.keys, 1_000_000));
  }

  verify(options: VerifyOptions = {}): Promise<ChainReport> {
    return verifyChain(this.db, this.keys, { pageSize: 7, ...options });
  }

  /** Runs a statement that the service never runs. */
  async change(text: string, parameters: Parameters = {}): Promise<void> {
    await this.db.run(all(sql(text), parameters));
  }

  *#save(count: number): ReturnType<typeof saveStoredEvent> {
    for (let event = 0; event < count; event += 1) {
      this.#written += 1;
      const details = { number: this.#written, text: "a \u0000 \u{1F600} ' \ud800" };
      const about = { id: `event-${this.#written}`, at: this.#written, type: "password.set", requestId: undefined } as const;
      yield* saveStoredEvent({ ...about, outcome: "success", subject: "account-1", details });
    }
  }
}
