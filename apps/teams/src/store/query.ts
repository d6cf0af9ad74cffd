/** Statements whose rows fit a schema: every row is checked and typed where it is read. `task_id` is read as `taskId`. */
import { all, type Row, sql, type SqlValue, type Work } from "lockstep-identity/database";
import { z } from "zod";

/** The columns of every row inside an organisation. */
export const columns = { id: z.uuid(), organisationId: z.uuid(), createdAt: z.iso.datetime() };
/** A schema with its name in the documentation. */
export const named = <S extends z.ZodRawShape>(id: string, members: S) => z.object(members).meta({ id });
/** The success of a route that makes an object. */
export const created = <S>(response: S) => ({ response, status: 201 }) as const;
/** Text that both databases can store: PostgreSQL refuses U+0000. */
export const text = (maxLength: number) =>
  storable
    .min(1)
    .max(maxLength)
    .meta({ examples: ["Some text"] });
const storable = z.string().regex(/^[^\0]*$/, "contains U+0000");

/** The values of a statement's parameters. Those that it does not have are ignored, so a whole object can be passed. */
type Given = Readonly<Record<string, SqlValue | undefined>>;

/** A statement that returns all its rows: rows(Task)`SELECT …`. No value can get into its text. */
export function rows<T>(schema: z.ZodType<T>) {
  return ([text = ""]: readonly string[]) => {
    const statement = sql(text);
    return function* (given: Given = {}): Work<T[]> {
      const parameters = Object.fromEntries(statement.names.map((name) => [name, given[name] ?? null]));
      return (yield* all(statement, parameters)).map((row) => schema.parse(camelCased(row)));
    };
  };
}

/** A statement that returns its first row, if there is one. */
export function row<T>(schema: z.ZodType<T>) {
  return (text: readonly string[]) => {
    const readAll = rows(schema)(text);
    return function* (given?: Given): Work<T | undefined> {
      return (yield* readAll(given))[0];
    };
  };
}

/** The statements that every table has. `list` lists the rows of one parent. */
export function table<T>(name: string, schema: z.ZodType<T> & { readonly shape: object }, parent = "organisation_id") {
  const members = Object.keys(schema.shape);
  const [columns, values] = [members.map(snakeCase).join(), members.map((member) => `:${member}`).join()];
  const [many, one] = [rows(schema), row(schema)];
  return {
    find: one([`SELECT * FROM ${name} WHERE id = :id`]),
    list: many([`SELECT * FROM ${name} WHERE ${parent} = :id ORDER BY created_at, id`]),
    insert: one([`INSERT INTO ${name} (${columns}) VALUES (${values}) RETURNING *`]),
    update: one([`UPDATE ${name} SET (${columns}) = (${values}) WHERE id = :id RETURNING *`]),
    remove: one([`DELETE FROM ${name} WHERE id = :id RETURNING *`]),
  };
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
const camelCased = (row: Row): object => Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCase(name), value]));
