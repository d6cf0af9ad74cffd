/** The forms that schemas and tables share. The schema of a row is the schema of the answer. */
import { row, rows } from "lockstep-identity/database";
import { z } from "zod";
export { row, rows };

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

/** The statements that every table has. `list` lists the rows of one parent. */
export function table<T>(name: string, schema: z.ZodType<T> & { readonly shape: object }, parent = "organisation_id") {
  const members = Object.keys(schema.shape);
  const columns = members.map((member) => member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).join();
  const values = members.map((member) => `:${member}`).join();
  return {
    find: row(schema)([`SELECT * FROM ${name} WHERE id = :id`]),
    list: rows(schema)([`SELECT * FROM ${name} WHERE ${parent} = :id ORDER BY created_at, id`]),
    insert: row(schema)([`INSERT INTO ${name} (${columns}) VALUES (${values}) RETURNING *`]),
    update: row(schema)([`UPDATE ${name} SET (${columns}) = (${values}) WHERE id = :id RETURNING *`]),
    remove: row(schema)([`DELETE FROM ${name} WHERE id = :id RETURNING *`]),
  };
}
