/** Statements whose rows fit a schema: every row is checked and typed where it is read. `task_id` is read as `taskId`. */
import { all, type Row, sql, type SqlValue, type Work } from "lockstep-identity/database";
import { z } from "zod";

/** The columns of every row inside an organisation. */
export const columns = { id: z.uuid(), organisationId: z.uuid(), createdAt: z.iso.datetime() };

/** The values of a statement's parameters. Those that it does not have are ignored, so a whole object can be passed. */
type Given = Readonly<Record<string, SqlValue | undefined>>;

/** A statement that returns all its rows. */
export function rows<T>(schema: z.ZodType<T>, text: string): (given?: Given) => Work<T[]> {
  const statement = sql(text);
  return function* (given = {}) {
    const parameters = Object.fromEntries(statement.names.map((name) => [name, given[name] ?? null]));
    return (yield* all(statement, parameters)).map((row) => schema.parse(camelCased(row)));
  };
}

/** A statement that returns its first row, if there is one. */
export function row<T>(schema: z.ZodType<T>, text: string): (given?: Given) => Work<T | undefined> {
  const read = rows(schema, text);
  return function* (given) {
    return (yield* read(given))[0];
  };
}

/** The statements that every table has. `list` lists the rows of one parent. */
export function table<T>(name: string, schema: z.ZodType<T> & { readonly shape: object }, parent = "organisation_id") {
  const members = Object.keys(schema.shape);
  const [columns, values] = [members.map(snakeCased), members.map((member) => `:${member}`)];
  const changes = columns.map((column, index) => `${column} = ${values[index]}`);
  return {
    find: row(schema, `SELECT * FROM ${name} WHERE id = :id`),
    list: rows(schema, `SELECT * FROM ${name} WHERE ${parent} = :id ORDER BY created_at, id`),
    insert: row(schema, `INSERT INTO ${name} (${columns.join()}) VALUES (${values.join()}) RETURNING *`),
    update: row(schema, `UPDATE ${name} SET ${changes.join()} WHERE id = :id RETURNING *`),
    remove: row(schema, `DELETE FROM ${name} WHERE id = :id RETURNING *`),
  };
}

const snakeCased = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
const camelCased = (row: Row): object => Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCase(name), value]));
