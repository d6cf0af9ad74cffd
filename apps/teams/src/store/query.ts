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
export const text = (maxLength: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\0]*$/, "contains U+0000")
    .meta({ examples: ["Some text"] });

/** The values of a statement's parameters. Those that it does not have are ignored, so a whole object can be passed. */
type Given = Readonly<Record<string, SqlValue | undefined>>;

/** A statement that returns all its rows: rows(Task)`SELECT …`. No value can get into its text. */
export const rows =
  <T>(schema: z.ZodType<T>) =>
  ([statement = ""]: TemplateStringsArray) =>
    read(schema, statement);

/** A statement that returns its first row, if there is one. */
export const row =
  <T>(schema: z.ZodType<T>) =>
  ([statement = ""]: TemplateStringsArray) =>
    readFirst(schema, statement);

/** The statements that every table has. `list` lists the rows of one parent. */
export function table<T>(name: string, schema: z.ZodType<T> & { readonly shape: object }, parent = "organisation_id") {
  const members = Object.keys(schema.shape);
  const [columns, values] = [members.map(snakeCase), members.map((member) => `:${member}`)];
  const changes = columns.map((column, index) => `${column} = ${values[index]}`);
  return {
    find: readFirst(schema, `SELECT * FROM ${name} WHERE id = :id`),
    list: read(schema, `SELECT * FROM ${name} WHERE ${parent} = :id ORDER BY created_at, id`),
    insert: readFirst(schema, `INSERT INTO ${name} (${columns.join()}) VALUES (${values.join()}) RETURNING *`),
    update: readFirst(schema, `UPDATE ${name} SET ${changes.join()} WHERE id = :id RETURNING *`),
    remove: readFirst(schema, `DELETE FROM ${name} WHERE id = :id RETURNING *`),
  };
}

function read<T>(schema: z.ZodType<T>, text: string): (given?: Given) => Work<T[]> {
  const statement = sql(text);
  return function* (given = {}) {
    const parameters = Object.fromEntries(statement.names.map((name) => [name, given[name] ?? null]));
    return (yield* all(statement, parameters)).map((row) => schema.parse(camelCased(row)));
  };
}

function readFirst<T>(schema: z.ZodType<T>, text: string): (given?: Given) => Work<T | undefined> {
  const readAll = read(schema, text);
  return function* (given) {
    return (yield* readAll(given))[0];
  };
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
const camelCased = (row: Row): object => Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCase(name), value]));
