/** What the application remembers about itself. */
import { all, type Database, first, sql, textOf } from "lockstep-identity/database";

/** `mode`: demo or production, whichever started first. `identity_key`: the demo's own, made up at its first start. */
export type SettingName = "mode" | "identity_key";

const find = sql("SELECT value FROM notes_settings WHERE name = :name");
const add = sql("INSERT INTO notes_settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING");

/** Named texts that are written once. */
export class SettingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes a value that is not there yet, and gives the one that is there: of two processes at once, both get the first's. */
  async keep(name: SettingName, value: string): Promise<string> {
    await this.#database.run(all(add, { name, value }));
    const row = await this.#database.run(first(find, { name }));
    if (row === undefined) throw new TypeError("A setting that was written is there");
    return textOf(row, "value");
  }
}
