/** Chains the audit events of a database, those of other processes too: every second, one process at a time. */
import { Unavailable } from "lockstep";
import { complain } from "../mechanism/callback.ts";
import { SingleFlight } from "../mechanism/single-flight.ts";
import type { IdentityKeys } from "../secret/identity-key.ts";
import type { Database } from "../store/database.ts";
import { chainEvents, hasUnchained } from "./chain.ts";

/** The settings that the sealer needs. */
export interface SealerSettings {
  readonly database: Database;
  readonly keys: IdentityKeys;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const intervalMs = 1000;
/** On SQLite nothing else happens during one transaction. */
const batchSize = 200;

/** Chains events until it is closed. */
export class ChainSealer {
  readonly #settings: SealerSettings;
  readonly #flight = new SingleFlight(() => this.#seal());
  readonly #timer: NodeJS.Timeout;
  #isFailing = false;

  constructor(settings: SealerSettings) {
    this.#settings = settings;
    this.#timer = setInterval(() => void this.#flight.run().catch((error: unknown) => this.#failed(error)), intervalMs);
    this.#timer.unref();
  }

  /**
   * Chains every event that is in the table now.
   *
   * @throws AuditChainBroken if the state of the chain was changed
   * @throws SealBroken if a key is sealed under another `IDENTITY_KEY`
   * @throws Unavailable while the database is away
   */
  seal(): Promise<void> {
    return this.#flight.runAgain();
  }

  /** Chains what is left, and stops. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.seal().catch((error: unknown) => this.#failed(error));
  }

  async #seal(): Promise<void> {
    const { database, keys, clock } = this.#settings;
    while (await database.run(hasUnchained())) await database.transaction(() => chainEvents(batchSize, keys, clock()));
    this.#isFailing = false;
  }

  /** The events stay in the table, and are chained as soon as that is possible. One line says so, until it is. */
  #failed(error: unknown): void {
    if (error instanceof Unavailable || this.#isFailing) return;
    this.#isFailing = true;
    complain("Run `lockstep-identity audit verify`: audit events are written, but cannot be chained", error);
  }
}
