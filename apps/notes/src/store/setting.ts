/** What the application remembers about itself. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** `mode`: demo or production, whichever started first. `signing_key`: the demo's private key, as a JWK. */
export type SettingName = "mode" | "signing_key";

/** Named texts that are written once. */
export class SettingStore {
  readonly #find: StatementSync;
  readonly #keep: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare("SELECT value FROM settings WHERE name = ?");
    this.#keep = db.prepare(`
      INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value`);
  }

  find(name: SettingName): string | undefined {
    const row = this.#find.get(name);
    return row && String(row["value"]);
  }

  /** Writes a value that is not there yet, and gives the one that is there: of two processes at once, both get the first's. */
  keep(name: SettingName, value: string): string {
    return String(this.#keep.get(name, value)?.["value"]);
  }
}
