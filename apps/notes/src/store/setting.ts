/** Settings that the application stores in its database. */
import { all, type Database, first, sql, textOf } from "lockstep-identity/database";

/**
 * `mode`: demo or production, whichever started first. `identity_key`: the demo's own key, which its first start creates.
 * `issuer`: the issuer of the first start.
 */
export type SettingName = "mode" | "identity_key" | "issuer";

const find = sql("SELECT value FROM notes_settings WHERE name = :name");
const add = sql("INSERT INTO notes_settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING");

/** Stores named texts that are written once. */
export class SettingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Stores a value unless there is one, and returns the stored value. If two processes do so at once, both get the first one's.
   */
  async keep(name: SettingName, value: string): Promise<string> {
    await this.#database.run(all(add, { name, value }));
    const row = await this.#database.run(first(find, { name }));
    if (row === undefined) throw new TypeError("A setting that was written exists");
    return textOf(row, "value");
  }
}
