/**
 * `components.schemas`: what schemas call by a name, hoisted out of their `$defs`. This module owns the names. One that the
 * developer chose (`.meta({ id: "Note" })`) is kept; if the input and the output differ under one name,
 * the plain name is what comes back and `NoteInput` is what is sent. What libraries number is called after its operation.
 */
import type { Direction, JsonSchema, JsonSchemaObject } from "../schema/json-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import { BuildError } from "../problem/error.ts";
import { isSameSchema } from "./same-schema.ts";
import { definitionIn, readSchema, type SchemaSource, type SchemaUse } from "./schema-source.ts";
import { mapSubschemas } from "./subschemas.ts";

interface Definition {
  readonly schema: JsonSchemaObject;
  readonly source: SchemaSource;
}

const componentKey = /^[A-Za-z0-9._-]+$/;
const prefix = "#/components/schemas/";

/** The schemas of a document. All of them are read first, so no name depends on the order. */
export class ComponentSchemas {
  readonly #sources = { input: new Map<AnySchema, SchemaSource>(), output: new Map<AnySchema, SchemaSource>() };
  readonly #named = { input: new Map<string, Definition>(), output: new Map<string, Definition>() };
  /** Names under which something else is sent than comes back. */
  readonly #different = new Set<string>();
  readonly #generated = new Map<SchemaSource, Map<string, string>>();
  readonly #taken: Set<string>;
  readonly #written = new Map<string, JsonSchema>();
  readonly #own: Readonly<Record<string, JsonSchema>>;

  /**
   * @param own the document's own schemas, whose names nobody else has
   * @throws BuildError `wrong_schema` for an invalid schema, or two different ones with one name
   */
  constructor(uses: readonly SchemaUse[], own: Readonly<Record<string, JsonSchema>>) {
    this.#own = own;
    this.#taken = new Set(Object.keys(own));
    for (const use of uses) {
      if (this.#sources[use.direction].has(use.schema)) continue;
      const source = readSchema(use);
      this.#sources[use.direction].set(use.schema, source);
      for (const [name, schema] of source.definitions) if (!isNumbered(name, use)) this.#addNamed(name, { schema, source });
    }
    for (const [name, sent] of this.#named.input) {
      const given = this.#named.output.get(name);
      if (given !== undefined && !isSame(sent, given)) this.#different.add(name);
    }
    for (const direction of ["output", "input"] as const) this.#take(direction);
  }

  /** How a schema that was among the uses is written where it is used. */
  schemaOf(schema: AnySchema, direction: Direction): JsonSchema {
    const source = this.#sources[direction].get(schema);
    if (source === undefined) throw new TypeError("The schema was not among the uses");
    return source.refersToRoot ? { $ref: this.#refer("#", source) } : this.#write(source.own, source);
  }

  /** What the schemas written so far refer to, in the order in which they did, and the document's own. */
  all(): Readonly<Record<string, JsonSchema>> {
    return { ...Object.fromEntries(this.#written), ...this.#own };
  }

  #addNamed(name: string, definition: Definition): void {
    const { use } = definition.source;
    if (!componentKey.test(name)) {
      throw new BuildError(
        "wrong_schema",
        `${use.where}: write the schema id "${name}" with letters, digits, ".", "-" and "_": it is a key of the OpenAPI document`,
      );
    }
    if (this.#taken.has(name))
      throw new BuildError("wrong_schema", `${use.where}: choose another schema id than "${name}": the document uses it itself`);
    const before = this.#named[use.direction].get(name);
    if (before === undefined) this.#named[use.direction].set(name, definition);
    else if (!isSame(before, definition)) {
      throw new BuildError(
        "wrong_schema",
        `${use.where}: choose another schema id than "${name}": a different schema has it (${before.source.use.where})`,
      );
    }
  }

  #take(direction: Direction): void {
    for (const [name, { source }] of this.#named[direction]) {
      const given = this.#nameOf(name, direction);
      if (given !== name && (this.#taken.has(given) || this.#named.input.has(given))) {
        throw new BuildError(
          "wrong_schema",
          `${source.use.where}: "${name}" differs between requests and responses and is called "${given}" in requests, which another schema is: choose another id`,
        );
      }
      this.#taken.add(given);
    }
  }

  #nameOf(name: string, direction: Direction): string {
    return direction === "input" && this.#different.has(name) ? `${name}Input` : name;
  }

  #write(schema: JsonSchemaObject, source: SchemaSource): JsonSchemaObject {
    const written = mapSubschemas(schema, (inner) => (typeof inner === "boolean" ? inner : this.#write(inner, source)));
    const { $ref } = schema;
    return typeof $ref === "string" ? { ...written, $ref: this.#refer($ref, source) } : written;
  }

  /** The reference in the document for one in a source. Its target is written too. */
  #refer(reference: string, source: SchemaSource): string {
    const { name, rest } = definitionIn(reference) ?? { name: "#", rest: reference.slice(1) };
    const schema = source.definitions.get(name) ?? source.own;
    const isNamed = name !== "#" && !isNumbered(name, source.use);
    const component = isNamed ? this.#nameOf(name, source.use.direction) : this.#generate(name, source);
    this.#define(component, (isNamed ? this.#named[source.use.direction].get(name) : undefined) ?? { schema, source });
    return `${prefix}${component}${rest}`;
  }

  #define(component: string, { schema, source }: Definition): void {
    if (this.#written.has(component)) return;
    // It may refer to itself: its name is known before it is written.
    this.#written.set(component, true);
    this.#written.set(component, this.#write(schema, source));
  }

  /** A name for a schema without one, the same for the same schema. */
  #generate(local: string, source: SchemaSource): string {
    const names = this.#generated.get(source) ?? new Map<string, string>();
    this.#generated.set(source, names);
    let name = names.get(local) ?? source.use.name;
    for (let number = 2; !names.has(local) && this.#taken.has(name); number += 1) name = `${source.use.name}${number}`;
    names.set(local, name);
    this.#taken.add(name);
    return name;
  }
}

function isSame(one: Definition, other: Definition): boolean {
  return isSameSchema({ schema: one.schema, root: one.source.root }, { schema: other.schema, root: other.source.root });
}

/** Whether a library numbered the name: `__schema0` (zod), `0` (valibot), `intersection12` (arktype). */
function isNumbered(name: string, { schema }: SchemaUse): boolean {
  return /^(?:__schema)?\d+$/.test(name) || (schema["~standard"].vendor === "arktype" && /^[a-z]+\d+$/i.test(name));
}
