/** One schema of one route, as its library writes it: its JSON Schema, and what it calls the schemas inside it. */
import { type Direction, followReference, isSchemaObject, type JsonSchemaObject, jsonSchemaOf } from "../schema/json-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import { closeObjects } from "./closed-objects.ts";
import { schemasWithin } from "./subschemas.ts";

/** The place of a schema. */
export interface SchemaUse {
  readonly schema: AnySchema;
  readonly direction: Direction;
  /** For the developer: `GET /notes: query("limit")`. */
  readonly where: string;
  /** Set if its objects stay open: undeclared members are dropped and not refused. */
  readonly tolerant?: boolean;
  /** The name of what needs one and has none, in PascalCase: `GetNotesResponse`. */
  readonly name: string;
}

/** A schema that has been read. */
export interface SchemaSource {
  readonly use: SchemaUse;
  /** The whole JSON Schema, `$defs` included; references in it lead into it. */
  readonly root: JsonSchemaObject;
  /** The schema itself: without `$defs` and what says which document it is. */
  readonly own: JsonSchemaObject;
  /** What `$defs` holds. */
  readonly definitions: ReadonlyMap<string, JsonSchemaObject>;
  /** Whether something in it refers to the schema itself. */
  readonly refersToRoot: boolean;
}

/**
 * Reads a schema as JSON Schema, draft 2020-12.
 *
 * @throws BuildError `wrong_schema` if it cannot be written as one; the message names the route and says what to do
 */
export function readSchema(use: SchemaUse): SchemaSource {
  const written = jsonSchemaOf(use.schema, use.where, use.direction);
  const root = use.tolerant === true ? written : closeObjects(written, use.where);
  // References are rewritten into the document; `$id` would make them lead elsewhere.
  const { $schema: _dialect, $id: _id, $defs, ...own } = root;
  const definitions = Object.entries(isSchemaObject($defs) ? $defs : {}).flatMap(([name, schema]) =>
    // No library writes `true` or `false` as a definition.
    isSchemaObject(schema) ? [[name, schema] as const] : [],
  );
  const references = schemasWithin(root).flatMap(({ $ref }) => (typeof $ref === "string" ? [$ref] : []));
  for (const reference of references) followReference(root, reference, use.where);
  return {
    use,
    root,
    own,
    definitions: new Map(definitions),
    refersToRoot: references.some((reference) => definitionIn(reference) === undefined),
  };
}

/** A reference to a definition: its name, and what follows it. `undefined` for one to the schema itself. */
export function definitionIn(reference: string): { readonly name: string; readonly rest: string } | undefined {
  const [, name, rest = ""] = /^#\/\$defs\/([^/]+)(\/.*)?$/.exec(reference) ?? [];
  return name === undefined ? undefined : { name: decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~"), rest };
}
