/** What a request carries: its parameters and its body. */
import type { InputKind } from "../outcome/input-failure.ts";
import { isBody, isBytes, isStreamed } from "../dependency/input-place.ts";
import { isSchemaObject, type JsonSchema } from "../schema/json-schema.ts";
import type { ComponentSchemas } from "./component-schemas.ts";
import { defined } from "../json/member.ts";
import type { MediaType, Parameter, RequestBody } from "./openapi.ts";
import type { Surface, SurfaceInput } from "./surface.ts";

/** The names of path parameters in the document, by their names in the route. */
export type PathNames = ReadonlyMap<string, string>;

/**
 * The parameters of a route, each once. If several dependencies declare the same one, it must fit the schemas of all, as
 * it must at run time.
 */
export function parametersOf({ inputs }: Surface, schemas: ComponentSchemas, pathNames: PathNames): readonly Parameter[] {
  const groups = new Map<string, { readonly name: string; readonly in: Parameter["in"]; readonly inputs: SurfaceInput[] }>();
  for (const input of inputs) {
    const { kind, name } = input.place;
    if (!isParameter(kind)) continue;
    // The name of a header has no case.
    const key = `${kind} ${kind === "header" ? name.toLowerCase() : name}`;
    const group = groups.get(key) ?? { name: kind === "path" ? (pathNames.get(name) ?? name) : name, in: kind, inputs: [] };
    groups.set(key, group);
    group.inputs.push(input);
  }
  return [...groups.values()].map((group) => {
    const schema = schemaOfAll(group.inputs, schemas);
    const { description, deprecated } = isSchemaObject(schema) ? schema : {};
    return defined<Parameter>({
      name: group.name,
      in: group.in,
      description: typeof description === "string" ? description : undefined,
      required: group.in === "path" || group.inputs.some(({ required }) => required),
      deprecated: deprecated === true ? true : undefined,
      schema,
    });
  });
}

/** The body of a route, if something reads it. Beside a body that is understood, raw bytes are the same body. */
export function requestBodyOf({ inputs }: Surface, schemas: ComponentSchemas): RequestBody | undefined {
  const all = inputs.filter(({ place }) => isBody(place));
  const understood = all.filter(({ place }) => !isBytes(place));
  const raw = all.filter(({ place }) => isBytes(place));
  const bodies = understood.length > 0 ? understood : raw;
  if (bodies.length === 0) return undefined;
  const types = new Set(bodies.flatMap(({ place }) => place.mediaTypes));
  const media = defined<MediaType>({
    schema: bodies === raw ? undefined : schemaOfAll(bodies, schemas),
    encoding: encodingOf(bodies),
  });
  return {
    required: bodies.some(({ required, place }) => required || (isStreamed(place) && place.mediaTypes.length > 0)),
    content: Object.fromEntries((types.size === 0 ? ["*/*"] : [...types]).map((type) => [type, media])),
  };
}

/** How the files of a form are encoded (OpenAPI 3.1.1 §4.8.15). */
function encodingOf(bodies: readonly SurfaceInput[]): MediaType["encoding"] {
  const files = bodies.flatMap(({ place }) => Object.entries(place.files ?? {}));
  if (files.length === 0) return undefined;
  return Object.fromEntries(files.map(([name, types]) => [name, { contentType: types.join(", ") }]));
}

function isParameter(kind: InputKind): kind is Parameter["in"] {
  return kind === "path" || kind === "query" || kind === "header" || kind === "cookie";
}

function schemaOfAll(inputs: readonly SurfaceInput[], schemas: ComponentSchemas): JsonSchema {
  const written = inputs.flatMap(({ place }) => (place.schema === undefined ? [] : [schemas.schemaOf(place.schema, "input")]));
  const [first, ...others] = new Map(written.map((schema) => [JSON.stringify(schema), schema])).values();
  return first === undefined ? true : others.length === 0 ? first : { allOf: [first, ...others] };
}
