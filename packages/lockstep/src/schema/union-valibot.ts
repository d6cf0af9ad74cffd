/**
 * valibot's unions. `toStandardJsonSchema()` hands no schema over, and a pipe holds on to its items, so a schema cannot be
 * copied with other unions inside. But every schema runs the ones inside it through their `~run`; so a union is given another one
 * while Lockstep validates, which runs the alternative that it is told. That lasts for one synchronous call: nobody else sees it.
 *
 * An asynchronous schema goes on after that call, a frozen one cannot be given anything, and `v.lazy(() => v.union(…))` makes a
 * new union each time. Such schemas show no unions.
 */
import { openLooseObject, type ValibotConversion } from "./conversion-valibot.ts";
import type { AnySchema } from "./schema.ts";
import { type ShownUnion, unionKey } from "./shape.ts";
import { accepted, type Describe, type Tell, type Unions } from "./union.ts";

type Run = (this: unknown, dataset: { readonly value: unknown }, config: unknown) => unknown;

type Validate = AnySchema["~standard"]["validate"];

/** A valibot schema. */
interface ValibotSchema {
  readonly type: string;
  readonly "~standard": AnySchema["~standard"];
  "~run": Run;
}

interface ValibotUnion extends ValibotSchema {
  readonly options: readonly ValibotSchema[];
}

/** The unions of a valibot schema. */
export function valibotUnions(schema: AnySchema, describe: Describe, tell: Tell): Unions {
  const unions: ValibotUnion[] = [];
  let followed = true;
  const json = describe({
    overrideSchema(conversion: ValibotConversion) {
      const { valibotSchema, jsonSchema } = conversion;
      followed &&= canBeFollowed(valibotSchema);
      if (!isUnion(valibotSchema)) return openLooseObject(conversion);
      if (!unions.includes(valibotSchema)) unions.push(valibotSchema);
      return { ...jsonSchema, [unionKey]: unions.indexOf(valibotSchema) };
    },
  });
  if (!followed) return { json, shown: [], schema };
  const told: ToldUnion[] = [];
  const telling = (validate: Validate): Validate => tellingUnions(validate, told, tell);
  for (const union of unions) {
    const accepts = union.options.map((option) => {
      const validate = telling(option["~standard"].validate);
      return (value: unknown) => accepted(validate(value));
    });
    told.push({ union, shown: { accepts, told: true } });
  }
  const standard = schema["~standard"];
  return {
    json,
    shown: told.map(({ shown }) => shown),
    schema: { "~standard": { ...standard, validate: telling(standard.validate) } },
  };
}

interface ToldUnion {
  readonly union: ValibotUnion;
  readonly shown: ShownUnion;
}

/** Validates while unions run the alternatives that they are told. */
function tellingUnions(validate: Validate, unions: readonly ToldUnion[], tell: Tell): Validate {
  return (value) => {
    const before = unions.map(({ union, shown }) => {
      const own = union["~run"];
      union["~run"] = toldRun(union, own, (sent) => tell(shown, sent));
      return { union, own };
    });
    try {
      return validate(value);
    } finally {
      for (const { union, own } of before) union["~run"] = own;
    }
  };
}

function toldRun({ options }: ValibotUnion, own: Run, tell: (value: object) => number | undefined): Run {
  return function run(dataset, config) {
    const { value } = dataset;
    const option = typeof value === "object" && value !== null ? options[tell(value) ?? -1] : undefined;
    return option === undefined ? Reflect.apply(own, this, [dataset, config]) : option["~run"](dataset, config);
  };
}

/** A variant may have several alternatives of one discriminator, of which it takes the first that fits. */
function isUnion(schema: { readonly type: string }): schema is ValibotUnion {
  return schema.type === "union" || schema.type === "variant";
}

function canBeFollowed(schema: { readonly type: string }): boolean {
  if (Reflect.get(schema, "async") === true) return false;
  if (isUnion(schema)) return Object.getOwnPropertyDescriptor(schema, "~run")?.writable === true;
  const getter: unknown = schema.type === "lazy" ? Reflect.get(schema, "getter") : undefined;
  return typeof getter !== "function" || Reflect.apply(getter, schema, []) === Reflect.apply(getter, schema, []);
}
