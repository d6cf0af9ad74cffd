/** Asks the library of a schema for JSON Schema: with which options, and for how long the answer holds. */
import { BuildError } from "../problem/error.ts";
import { valibotOptions } from "./conversion-valibot.ts";
import { ZodMetadata } from "./conversion-zod.ts";
import type { Direction, JsonSchemaObject } from "./json-schema.ts";
import type { AnySchema } from "./schema.ts";

/** A schema, converted. */
export interface Conversion {
  readonly json: JsonSchemaObject;
  /** Whether the library would answer the same if it were asked again. */
  isCurrent(): boolean;
}

/** Options of a library's converter to JSON Schema. */
export type LibraryOptions = Readonly<Record<string, unknown>>;

/**
 * Converts a schema. `where` names it for the developer; `further` are options of the library's own converter.
 *
 * @throws BuildError `wrong_schema` if the schema has no JSON Schema
 */
export function convertSchema(schema: AnySchema, where: string, direction: Direction, further: LibraryOptions = {}): Conversion {
  const { vendor = "", jsonSchema } = standardOf(schema, where);
  if (typeof jsonSchema?.[direction] !== "function") {
    throw new BuildError(
      "wrong_schema",
      `${where}: use zod 4 or arktype 2, or wrap a valibot schema in toStandardJsonSchema() of @valibot/to-json-schema: the schema has no JSON Schema`,
    );
  }
  const { options, isCurrent } = askingOf(vendor, direction);
  try {
    const json = jsonSchema[direction]({ target: "draft-2020-12", libraryOptions: { ...options, ...further } });
    return { json, isCurrent };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "no reason given";
    throw new BuildError(
      "wrong_schema",
      `${where}: the schema has no JSON Schema (${why}): describe what is sent, for example z.iso.datetime() instead of z.date(), ${direction === "input" ? "z.codec(z.iso.datetime(), z.date(), …) to get a Date" : "z.invertCodec(codec) to send what a codec encodes"}, z.record() instead of z.map()`,
      { cause },
    );
  }
}

interface ConverterOptions {
  readonly target: "draft-2020-12";
  readonly libraryOptions: LibraryOptions;
}

/** The members that a JavaScript caller's schema may lack. */
interface LooseStandard {
  readonly vendor?: string;
  readonly jsonSchema?: Readonly<Record<Direction, (options: ConverterOptions) => JsonSchemaObject>>;
}

/** How a library is asked. */
interface Asking {
  readonly options: LibraryOptions;
  readonly isCurrent: () => boolean;
}

/** A converter is asked again only if its answer can have changed: zod's depends on a registry. */
function askingOf(vendor: string, direction: Direction): Asking {
  switch (vendor) {
    case "zod": {
      const metadata = new ZodMetadata();
      return { options: { override: metadata.read }, isCurrent: metadata.isCurrent };
    }
    case "valibot":
      return { options: valibotOptions(direction), isCurrent: always };
    default:
      return { options: {}, isCurrent: always };
  }
}

const always = (): boolean => true;

function standardOf(schema: unknown, where: string): LooseStandard {
  // A schema is an object (zod, valibot) or a function (arktype).
  const standard =
    schema !== null && (typeof schema === "object" || typeof schema === "function") ? Reflect.get(schema, "~standard") : undefined;
  if (typeof standard !== "object" || standard === null) {
    throw new BuildError("wrong_schema", `${where}: pass a Standard Schema (zod 4, arktype 2, valibot): there is none`);
  }
  return standard;
}
