/** API keys: their public id, the program they were made for, and a hash of the secret. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { secret, type Secret } from "lockstep";

/** A key as it is kept: it cannot be used by whoever reads it here. */
export interface StoredApiKey {
  readonly id: string;
  /** The program that the key was made for. */
  readonly name: string;
  /** SHA-256 of the key's secret part. */
  readonly secretHash: Secret<Uint8Array>;
}

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly secret_hash: Uint8Array;
}

/** The API keys. */
export class ApiKeyStore {
  readonly #clock: () => number;
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #removeNamed: StatementSync;

  constructor(db: DatabaseSync, clock: () => number) {
    this.#clock = clock;
    this.#find = db.prepare("SELECT * FROM api_keys WHERE id = ?");
    this.#save = db.prepare(`
      INSERT INTO api_keys (id, name, secret_hash, created_at) VALUES (:id, :name, :hash, :now)
      ON CONFLICT (id) DO UPDATE SET name = :name, secret_hash = :hash`);
    this.#removeNamed = db.prepare("DELETE FROM api_keys WHERE name = ?");
  }

  find(id: string): StoredApiKey | undefined {
    const row = this.#find.get(id);
    if (row === undefined) return undefined;
    // The statement selects every column, and the table is strict.
    const { name, secret_hash } = row as object as ApiKeyRow;
    return { id, name, secretHash: secret(secret_hash) };
  }

  save({ id, name, secretHash }: StoredApiKey): void {
    this.#save.run({ id, name, hash: secretHash.reveal(), now: this.#clock() });
  }

  removeNamed(name: string): void {
    this.#removeNamed.run(name);
  }
}
