/**
 * zod's unions. A schema is copied with its own constructors, so its checks and messages stay; a union in the copy runs only
 * the alternative that it is told. Only what is read is touched: the output side of a transformation is the developer's.
 */
import type { AnySchema } from "./schema.ts";
import { type ShownUnion, unionKey } from "./shape.ts";
import { acceptsOf, type Describe, type Tell, type Unions } from "./union.ts";

/** What zod's schemas have in common (`zod/v4/core`). */
interface ZodSchema extends AnySchema {
  readonly _zod: ZodInternals;
}

interface ZodInternals {
  readonly def: ZodDefinition;
  readonly constr: new (definition: ZodDefinition) => ZodSchema;
  parse: Run;
  run: Run;
}

type ZodDefinition = Readonly<Record<string, unknown>> & { readonly type: string };

type Run = (payload: { readonly value: unknown }, context: unknown) => unknown;

/** The unions of a zod schema. */
export function zodUnions(schema: AnySchema, describe: Describe, tell: Tell): Unions {
  const unions: ZodSchema[] = [];
  const json = describe({
    override({ zodSchema, jsonSchema }: { readonly zodSchema: unknown; readonly jsonSchema: Record<string, unknown> }) {
      if (!isZod(zodSchema) || zodSchema._zod.def.type !== "union") return;
      if (!unions.includes(zodSchema)) unions.push(zodSchema);
      jsonSchema[unionKey] = unions.indexOf(zodSchema);
    },
  });
  const shown: ShownUnion[] = [];
  const copies = new Map<unknown, unknown>();
  const copy = <T>(one: T): T => {
    if (!isZod(one)) return one;
    if (!copies.has(one)) {
      const number = unions.indexOf(one);
      const tellIt = (value: object): number | undefined => shown[number] && tell(shown[number], value);
      copyInto(copies, one, copy, number === -1 ? undefined : tellIt);
    }
    // A copy of a zod schema is one of the same kind.
    return copies.get(one) as T;
  };
  const copied = copy(schema);
  for (const union of unions) {
    const { def } = union._zod;
    // A union that no copy reached cannot be told; without alternatives here it counts as one that is not shown.
    const options = copies.has(union) ? list(def["options"]) : [];
    shown.push({ accepts: options.map(copy).filter(isZod).map(acceptsOf), told: !isExclusive(def) || isDiscriminated(def) });
  }
  return { json, shown, schema: copied };
}

/** `z.xor()`: refuses what several alternatives accept. */
function isExclusive(def: ZodDefinition): boolean {
  return def["inclusive"] === false;
}

/** Takes by itself the one alternative that has the value's discriminator. */
function isDiscriminated(def: ZodDefinition): boolean {
  return def["discriminator"] !== undefined;
}

/** Makes a copied union run the alternative that it is told. */
function tellUnion({ _zod: internals }: ZodSchema, tell: (value: object) => number | undefined): void {
  const { def, parse } = internals;
  const options = list(def["options"]);
  const told: Run = (payload, context) => {
    const { value } = payload;
    const option = typeof value === "object" && value !== null ? options[tell(value) ?? -1] : undefined;
    return isZod(option) ? option._zod.run(payload, context) : parse(payload, context);
  };
  // Without checks of its own a schema has one function under both names.
  if (internals.run === parse) internals.run = told;
  internals.parse = told;
}

/** The members of a definition that are schemas, beside `shape` and `getter`. */
const parts = ["catchall", "element", "items", "rest", "keyType", "valueType", "options", "left", "right", "innerType", "in"];

function copyInto(
  copies: Map<unknown, unknown>,
  schema: ZodSchema,
  copy: <T>(one: T) => T,
  tell: ((value: object) => number | undefined) | undefined,
): void {
  const { def, constr: Constructor } = schema._zod;
  const shape: Record<string, unknown> = {};
  const changed: Record<string, unknown> = {};
  const ready = (): ZodSchema => {
    // By descriptors: a default is a getter that makes a new value each time.
    const definition = Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(def), ...dataProperties(changed) });
    // The members that were changed hold copies of the same kinds.
    const copied = new Constructor(definition as ZodDefinition);
    copies.set(schema, copied);
    return copied;
  };
  if (def.type === "object") {
    // Entered before its members are copied: a schema may lead back to itself. zod reads the shape when it first parses.
    const fields = def["shape"];
    changed["shape"] = shape;
    if (isZod(def["catchall"])) changed["catchall"] = copy(def["catchall"]);
    ready();
    for (const [name, field] of Object.entries(typeof fields === "object" && fields !== null ? fields : {}))
      shape[name] = copy(field);
    return;
  }
  if (def.type === "lazy") {
    let inner: unknown;
    changed["getter"] = () => inner;
    // Where zod keeps what a getter returned.
    changed["_cachedInner"] = undefined;
    ready();
    inner = copy(Reflect.get(schema._zod, "innerType"));
    return;
  }
  for (const part of parts) {
    const value = def[part];
    const after = Array.isArray(value) ? value.map((one: unknown) => copy(one)) : copy(value);
    if (isZod(value) || Array.isArray(value)) changed[part] = after;
  }
  // z.preprocess() reads what its output describes.
  if (def.type === "pipe" && isZod(def["in"]) && def["in"]._zod.def.type === "transform") changed["out"] = copy(def["out"]);
  if (tell === undefined && Object.keys(changed).every((part) => same(changed[part], def[part]))) {
    copies.set(schema, schema);
    return;
  }
  const copied = ready();
  if (tell !== undefined && !isExclusive(def) && !isDiscriminated(def)) tellUnion(copied, tell);
}

function dataProperties(record: Readonly<Record<string, unknown>>): PropertyDescriptorMap {
  const property = (value: unknown): PropertyDescriptor => ({ value, writable: true, enumerable: true, configurable: true });
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, property(value)]));
}

function same(one: unknown, other: unknown): boolean {
  return one === other || (Array.isArray(one) && Array.isArray(other) && one.every((item, index) => item === other[index]));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isZod(value: unknown): value is ZodSchema {
  const internals: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "_zod") : undefined;
  const def: unknown = typeof internals === "object" && internals !== null ? Reflect.get(internals, "def") : undefined;
  return typeof def === "object" && def !== null && typeof Reflect.get(def, "type") === "string";
}
