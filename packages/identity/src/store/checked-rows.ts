/** Statements whose rows are checked where they are read: `rows()` and `row()`. */
import type { Schema } from "lockstep";
import { all, type Row, sql, type SqlValue, type Work } from "./statement.ts";

/**
 * The values of a statement's parameters, by name. Members that it does not name are ignored, so a whole object can be passed; a
 * parameter without a value is NULL.
 */
export type Values = Readonly<Record<string, SqlValue | undefined>>;

/** A statement, as a tagged template. A value cannot get into its text: `${…}` does not compile. */
export type StatementText = readonly string[];

/**
 * Makes a statement that returns its rows, each checked by a schema: a column that is missing or of another type is found where
 * it is read. The column `owner_id` is the member `ownerId`.
 *
 * @throws TypeError for a text with `${…}`; when it runs, for a row that does not fit and a schema that checks asynchronously
 *
 * @example
 * ```ts
 * const Note = z.object({ id: z.uuid(), ownerId: z.uuid(), text: z.string() });
 * const notesOf = rows(Note)`SELECT * FROM notes WHERE owner_id = :ownerId ORDER BY id`;
 *
 * const notes = await database.transaction(() => notesOf({ ownerId: user.id }));
 * ```
 */
export function rows<T>(schema: Schema<unknown, T>): (text: StatementText) => (values?: Values) => Work<T[]> {
  return ([text = "", ...rest]) => {
    if (rest.length > 0) throw new TypeError("Write :name in a statement instead of ${…}, and pass the value when it runs");
    const statement = sql(text);
    return function* (values = {}) {
      const parameters = Object.fromEntries(statement.names.map((name) => [name, values[name] ?? null]));
      return (yield* all(statement, parameters)).map((found) => checked(schema, found));
    };
  };
}

/** Makes a statement that returns its first row, if there is one; otherwise as `rows()`. */
export function row<T>(schema: Schema<unknown, T>): (text: StatementText) => (values?: Values) => Work<T | undefined> {
  return (text) => {
    const readAll = rows(schema)(text);
    return function* (values) {
      const [found] = yield* readAll(values);
      return found;
    };
  };
}

function checked<T>(schema: Schema<unknown, T>, found: Row): T {
  const result = schema["~standard"].validate(withMemberNames(found));
  if ("then" in result) throw new TypeError("Use a schema that checks synchronously for the rows of a statement");
  if (result.issues === undefined) return result.value;
  // The values of a row stay out of the message: they may be personal.
  const places = result.issues.map(({ path = [] }) => path.map(String).join(".") || "the row");
  throw new TypeError(`Let the columns of a statement fit its schema: ${[...new Set(places)].join(", ")}`);
}

function withMemberNames(found: Row): Record<string, SqlValue> {
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [memberOf(name), value]));
}

function memberOf(column: string): string {
  return column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
