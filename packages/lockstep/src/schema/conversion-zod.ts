/**
 * Metadata of zod's schemas (`.meta()`, `.register(z.globalRegistry, …)`). It is kept beside the schemas, and zod reads it when
 * it converts one: a name that is registered after `body(Note)` and before `createApi()` belongs in the document, so a conversion
 * holds until metadata changes.
 */

type Metadata = Readonly<Record<string, unknown>>;

/** What zod read while it converted one schema. */
export class ZodMetadata {
  readonly #read: (readonly [schema: object, metadata: Metadata | undefined])[] = [];

  /** The `override` of zod's converter: called for each schema inside, itself included. */
  readonly read = ({ zodSchema }: { readonly zodSchema: object }): void => {
    this.#read.push([zodSchema, metadataOf(zodSchema)]);
  };

  /** Whether zod would read the same again. */
  readonly isCurrent = (): boolean => this.#read.every(([schema, metadata]) => isSame(metadataOf(schema), metadata));
}

function metadataOf(schema: object): Metadata | undefined {
  const meta: unknown = Reflect.get(schema, "meta");
  // zod's own method, which returns a record or nothing. Schemas of zod/mini have none, and no JSON Schema either.
  return typeof meta === "function" ? (Reflect.apply(meta, schema, []) as Metadata | undefined) : undefined;
}

/** Records of zod's registry are replaced and not changed, so their members are compared by identity. */
function isSame(one: Metadata = {}, other: Metadata = {}): boolean {
  if (one === other) return true;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.is(one[name], other[name]));
}
