/** `responseHeaders()`: the headers that a dependency, or the handler, adds to the answer. */
import { type AddedHeader, noObjectIds } from "../dependency/input-place.ts";
import type { Advice, Dependency, NoneOf } from "../dependency/dependency.ts";
import type { AddedHeaders } from "../outcome/answer-additions.ts";
import { coreHeaders, headerFault, readHeaders } from "../problem/answer-headers.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { runSchema } from "../schema/run-schema.ts";
import type { AnySchema, InputOf, Schema } from "../schema/schema.ts";
import { inputDependency } from "./input-dependency.ts";

/** A value that a header can have. Numbers and booleans are written as text. */
export type HeaderValue = string | number | boolean;

/** What a header says of itself, for the documentation. */
export interface HeaderDescription {
  readonly description: string;
  /** The schema of the value: each value must fit, and the schema's output is sent. Default: any text. */
  readonly schema?: Schema<unknown, HeaderValue>;
}

/** The headers that a dependency may add, by name: a description each, or a description with a schema. */
export type HeaderDescriptions = Readonly<Record<string, string | HeaderDescription>>;

/** The values of declared headers: what the schema takes, or text. */
export type HeaderValues<H extends HeaderDescriptions> = {
  readonly [N in keyof H]: H[N] extends { readonly schema: infer S extends AnySchema } ? InputOf<S> : string;
};

/** Adds the declared headers to the answer of one request. */
export interface ResponseHeaders<in V extends Readonly<Record<string, unknown>>> {
  /**
   * Sets a header, and replaces a value that this dependency gave it before. If the handler's reply, or a dependency that is
   * declared later, has the header too, its value is sent instead. Only `Vary`, `Link` and `Server-Timing` add up.
   *
   * @throws BuildError `wrong_result` for a name that is not declared, a value that does not fit or that HTTP cannot carry, and
   *   after the head of the answer has been written
   */
  set<N extends keyof V & string>(name: N, value: V[N]): void;
  /** Adds a line to a header. The lines of all dependencies, and of the handler's reply, are sent. @throws as `set` does */
  append<N extends keyof V & string>(name: N, value: V[N]): void;
}

/** Headers that other parts of an answer decide. */
type Unset =
  | "set-cookie"
  | "connection"
  | "content-length"
  | "keep-alive"
  | "proxy-connection"
  | "te"
  | "trailer"
  | "transfer-encoding"
  | "upgrade"
  | "x-content-type-options"
  | "x-request-id"
  | "strict-transport-security"
  | "www-authenticate"
  | "content-type"
  | "content-encoding";

type Allowed<H> = {
  readonly [N in keyof H]: Lowercase<N & string> extends Unset | `access-control-${string}`
    ? Advice<"another part of Lockstep writes this header">
    : H[N] extends string
      ? unknown
      : NoneOf<Exclude<keyof H[N], keyof HeaderDescription>, "a header has a description and a schema">;
};

/** The same at run time, beside those that nothing of the application writes: what to do instead. */
const decided: ReadonlyMap<string, string> = new Map([
  ...[...coreHeaders].map((name) => [name, "leave it out: Lockstep writes it for every answer"] as const),
  ["www-authenticate", "leave it out: the schemes of the route write the challenges"],
  ["content-type", 'leave it out: declare { response: text("text/csv") }, or return reply() or stream() with it'],
  ["content-encoding", "leave it out: the code that encodes the content passes it to reply() or stream()"],
]);

const options: KnownOptions<HeaderDescription> = { description: true, schema: true };

/** One declared header. */
interface Declared {
  readonly documented: AddedHeader;
  readonly schema: AnySchema | undefined;
}

/**
 * Headers of the answer: a dependency that declares them can add them, and every route that uses it documents them. The names are
 * typed. They are sent with every kind of answer. If the request is refused or fails, the headers that were set before are sent,
 * too, except those about caching and about the content of a success (`Cache-Control`, `ETag`, `Location` …).
 *
 * It knows nothing of the caller and protects nothing. On an answer that a credential decided, a header that lets a shared cache
 * keep it is a 500.
 *
 * @throws BuildError `wrong_option` for a name that HTTP does not have, that is declared twice, or that another part of the
 *   answer decides; `wrong_dependency` outside a request (`run()`), unless a value stands in for it
 *
 * @example
 * ```ts
 * const headers = responseHeaders({ "X-Total-Count": { description: "How many notes there are.", schema: z.int() } });
 * const total = depends({ headers, notes }, async ({ headers, notes }) => headers.set("X-Total-Count", await notes.count()));
 * ```
 */
export function responseHeaders<const H extends HeaderDescriptions>(
  headers: H & Allowed<H>,
): Dependency<ResponseHeaders<HeaderValues<H>>> {
  const declared = new Map(Object.entries(checkRecord(headers)).map(([name, given]) => [name.toLowerCase(), readOne(name, given)]));
  if (declared.size < Object.keys(headers).length) throw wrong("name each header once: their names have no case");
  const place = {
    kind: "response",
    name: "responseHeaders()",
    schema: undefined,
    objectIds: noObjectIds,
    mediaTypes: [],
    adds: [...declared.values()].map(({ documented }) => documented),
  } as const;
  return inputDependency<ResponseHeaders<HeaderValues<H>>, never>(
    place,
    [],
    (source) => new Adding(declared, source.additions().addHeaders()),
  );
}

function checkRecord(headers: unknown): HeaderDescriptions {
  if (typeof headers === "object" && headers !== null && !Array.isArray(headers) && Object.keys(headers).length > 0)
    // Its values are checked one by one.
    return headers as HeaderDescriptions;
  throw wrong('name at least one header with its description, for example { "X-Total-Count": "How many there are." }');
}

function readOne(name: string, given: unknown): Declared {
  const advice = decided.get(name.toLowerCase());
  const fault = headerFault(name.toLowerCase()) ?? (advice === undefined ? undefined : `${advice} ("${name}")`);
  if (fault !== undefined) throw wrong(fault);
  const described = typeof given === "string" ? { description: given } : given;
  checkOptions<HeaderDescription>(`responseHeaders({ "${name}" })`, described, options);
  const { description, schema } = described as HeaderDescription;
  if (typeof description !== "string" || description.trim() === "") throw wrong(`describe "${name}" for the documentation`);
  if (schema !== undefined) jsonSchemaOf(schema, `responseHeaders({ "${name}" })`, "output");
  return { documented: { name, description, schema, onFailure: true }, schema };
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", `responseHeaders(): ${message}`);
}

/** The headers of one request. */
class Adding implements ResponseHeaders<Readonly<Record<string, unknown>>> {
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #added: AddedHeaders;

  constructor(declared: ReadonlyMap<string, Declared>, added: AddedHeaders) {
    this.#declared = declared;
    this.#added = added;
  }

  set(name: string, value: unknown): void {
    this.#added.set(name.toLowerCase(), this.#line(name, value));
  }

  append(name: string, value: unknown): void {
    this.#added.append(name.toLowerCase(), this.#line(name, value));
  }

  #line(name: string, value: unknown): string {
    const key = name.toLowerCase();
    const declared = this.#declared.get(key);
    const where = `responseHeaders({ "${name}" })`;
    if (declared === undefined)
      throw new BuildError("wrong_result", `${where}: declare the header: only declared ones can be added`);
    const written = declared.schema === undefined ? value : outputOf(declared.schema, value, where);
    const isText = typeof written === "string" || typeof written === "number" || typeof written === "boolean";
    if (!isText) throw new BuildError("wrong_result", `${where}: pass a text, a number or a boolean`);
    // One line in, one line out.
    return readHeaders("responseHeaders()", { [key]: String(written) })[key] as string;
  }
}

function outputOf(schema: AnySchema, value: unknown, where: string): unknown {
  const result = runSchema(schema, value, where);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new BuildError("wrong_schema", `${where}: use a schema that is not asynchronous`);
  }
  if (result.issues === undefined) return result.value;
  throw new BuildError("wrong_result", `${where}: pass a value that fits the schema of the header`);
}
