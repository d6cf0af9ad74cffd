/**
 * Which zod schemas may be asynchronous. Asked for a result, such a schema is run synchronously first, and the promises of that
 * run are dropped: one that rejects would be a rejection that nobody handles, and end the process. Those schemas are run
 * asynchronously at once.
 */
import type { AnySchema } from "./schema.ts";

/** The parts of a zod schema, or of one of its checks, that are read. */
interface ZodLike {
  readonly _zod: {
    readonly def: Readonly<Record<string, unknown>>;
    run(payload: Payload, context: { readonly async: true }): Payload | Promise<Payload>;
  };
  safeParseAsync(value: unknown): Promise<{ readonly error?: { readonly issues: readonly unknown[] } }>;
}

function isZod(value: unknown): value is ZodLike {
  if (typeof value !== "object" || value === null || !("_zod" in value)) return false;
  const { _zod: internals } = value;
  return typeof internals === "object" && internals !== null && "def" in internals;
}

/** Kinds of schemas and of checks that run a function of the application. */
const functional: ReadonlySet<unknown> = new Set(["transform", "custom", "overwrite", "promise", "function"]);

/** What zod hands from schema to schema. */
interface Payload {
  readonly value: unknown;
  readonly issues: readonly unknown[];
}

/**
 * Runs a zod schema that may be asynchronous and awaits every promise; `undefined` for every other schema. A schema counts as one
 * if a function of the application is anywhere in it, since any function may return a promise. Its result is promised only if one
 * did. A value that does not fit is run once more, for zod's own message.
 */
export function asynchronousRun(schema: AnySchema): ((value: unknown) => unknown) | undefined {
  if (!isZod(schema) || isDescribed(schema)) return undefined;
  return (value) => {
    const payload = schema._zod.run({ value, issues: [] }, { async: true });
    if (payload instanceof Promise) {
      return payload.then(async (settled) =>
        fits(settled) ? { value: settled.value } : { issues: await issuesOf(schema, value) },
      );
    }
    return fits(payload) ? { value: payload.value } : schema["~standard"].validate(value);
  };
}

/** Whether a schema is of zod and no function of the application runs in it: then its JSON Schema says all that it does. */
export function isDescribed(schema: AnySchema): boolean {
  return isZod(schema) && !runsFunctions(schema, new Set());
}

function fits({ issues }: Payload): boolean {
  return issues.length === 0;
}

async function issuesOf(schema: ZodLike, value: unknown): Promise<readonly unknown[]> {
  const { error } = await schema.safeParseAsync(value);
  return error?.issues ?? [];
}

function runsFunctions(schema: ZodLike, seen: Set<unknown>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  const { def } = schema._zod;
  if (functional.has(def["type"]) || functional.has(def["check"])) return true;
  // Codecs, and pipes that transform.
  if (def["type"] === "pipe" && typeof def["transform"] === "function") return true;
  const getter = def["type"] === "lazy" ? def["getter"] : undefined;
  const lazy: unknown = typeof getter === "function" ? getter() : undefined;
  // A default is a getter that makes a new value each time it is read.
  const parts = Object.keys(def).map((name) => (name === "defaultValue" ? undefined : def[name]));
  return [...parts, lazy].some((part) => holdsFunctions(part, seen));
}

/** Looks into the parts of a definition: schemas, checks, and records and lists of them. */
function holdsFunctions(part: unknown, seen: Set<unknown>): boolean {
  if (isZod(part)) return runsFunctions(part, seen);
  if (typeof part !== "object" || part === null || seen.has(part)) return false;
  const prototype: unknown = Object.getPrototypeOf(part);
  if (!Array.isArray(part) && prototype !== Object.prototype && prototype !== null) return false;
  seen.add(part);
  return Object.values(part).some((one) => holdsFunctions(one, seen));
}
