/**
 * Strict objects, both ways: what a schema does not declare is refused on the way in (mass assignment) and dropped on the
 * way out (a password hash in a response). Validators differ in this (zod strips, arktype keeps), so that the core decides
 * it from the JSON Schema, in the same way for every library.
 *
 * An object is closed unless its JSON Schema has `additionalProperties` (or `unevaluatedProperties`) that is not false: z.record,
 * z.looseObject and z.object().catchall are open; z.object, valibot's looseObject (it says nothing in JSON Schema) and
 * arktype's `object` are closed. A value is strict with the alternative of a union that it belongs to (`alternative.ts`).
 */
import { type Chosen, chooseAlternative, readMember } from "./alternative.ts";
import { type Direction, jsonSchemaOf } from "./json-schema.ts";
import { pointerTo } from "./pointer.ts";
import type { AnySchema } from "./schema.ts";
import { anything, bothShapes, compileShape, type Members, type Shape } from "./shape.ts";

/** What a schema declares, ready to be applied to values. */
export interface Strictness {
  /** JSON Pointers to the members that the schema does not declare, at most 100; empty where there are none. */
  unknownKeys(value: unknown): readonly string[];
  /**
   * The value without what the schema does not declare: the same value where nothing is to be dropped, else a copy. An instance
   * of a class always becomes a plain object (its `toJSON` could bring back what was dropped); its declared getters are read.
   */
  prune(value: unknown): unknown;
}

/** How many unknown members are told; a body may have thousands. */
const maxReported = 100;

/**
 * Compiles what a schema declares of its input, or of its output. `where` names the input or the response for the developer.
 *
 * @throws BuildError `wrong_schema` where the schema can give no JSON Schema
 */
export function strictnessOf(schema: AnySchema, where: string, direction: Direction = "input"): Strictness {
  const shape = compileShape(jsonSchemaOf(schema, where, direction), where);
  return {
    unknownKeys(value) {
      const found: string[] = [];
      countUnknown(shape, value, new Map(), { pointer: "", found });
      return found;
    },
    prune: (value) => prune(shape, value, new Map()),
  };
}

interface Report {
  readonly pointer: string;
  readonly found: string[];
}

function countUnknown(shape: Shape, value: unknown, chosen: Chosen, report?: Report): number {
  if (shape.silent || !isRecord(value)) return 0;
  const parts = partsOf(shape, value, chosen);
  let unknown = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      unknown += countUnknown(itemShape(parts, index), value[index], chosen, report && below(report, index));
    }
    return unknown;
  }
  if (!parts.some(saysMembers)) return 0;
  for (const name of Object.keys(value)) {
    const member = memberShape(parts, name);
    if (member === undefined) {
      unknown += 1;
      if (report !== undefined && report.found.length < maxReported) report.found.push(pointerTo(report.pointer, name));
    } else if (!member.silent) {
      unknown += countUnknown(member, value[name], chosen, report && below(report, name));
    }
  }
  return unknown;
}

function below(report: Report, key: string | number): Report {
  return { pointer: pointerTo(report.pointer, key), found: report.found };
}

function prune(shape: Shape, value: unknown, chosen: Chosen): unknown {
  if (shape.silent || !isRecord(value)) return value;
  const parts = partsOf(shape, value, chosen);
  if (Array.isArray(value)) return parts.some(saysItems) ? pruneItems(parts, value, chosen) : value;
  if (!parts.some(saysMembers)) return value;
  return isPlain(value) ? prunePlain(parts, value, chosen) : pruneInstance(parts, value, chosen);
}

function pruneItems(parts: readonly Shape[], value: readonly unknown[], chosen: Chosen): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const before = value[index];
    const after = prune(itemShape(parts, index), before, chosen);
    if (copy === undefined && !Object.is(after, before)) copy = value.slice(0, index);
    copy?.push(after);
  }
  return copy ?? value;
}

function prunePlain(parts: readonly Shape[], value: ReadonlyRecord, chosen: Chosen): ReadonlyRecord {
  const names = Object.keys(value);
  let copy: Record<string, unknown> | undefined;
  for (const [index, name] of names.entries()) {
    const before = value[name];
    const shape = memberShape(parts, name);
    const after = shape === undefined || shape.silent ? before : prune(shape, before, chosen);
    if (shape !== undefined && copy === undefined && Object.is(after, before)) continue;
    copy ??= copyOf(value, names.slice(0, index));
    if (shape !== undefined) copy[name] = after;
  }
  return copy ?? value;
}

function copyOf(value: ReadonlyRecord, names: readonly string[]): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of names) copy[name] = value[name];
  return copy;
}

function pruneInstance(parts: readonly Shape[], value: object, chosen: Chosen): ReadonlyRecord {
  const copy: Record<string, unknown> = {};
  const declared = parts.flatMap(({ members }) => [...(members?.known.keys() ?? [])]);
  for (const name of new Set([...Object.keys(value), ...declared])) {
    const shape = memberShape(parts, name);
    const member = readMember(value, name);
    if (shape !== undefined && member !== undefined) copy[name] = prune(shape, member, chosen);
  }
  return copy;
}

type ReadonlyRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is ReadonlyRecord {
  return typeof value === "object" && value !== null;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Everything that holds for a value: the shape, what it refers to, and the alternative it belongs to. */
function partsOf(shape: Shape, value: object, chosen: Chosen): readonly Shape[] {
  return shape.alone ?? addParts([], shape, value, chosen);
}

function addParts(parts: Shape[], shape: Shape, value: object, chosen: Chosen): readonly Shape[] {
  if (parts.includes(shape)) return parts;
  parts.push(shape);
  for (const one of shape.all) addParts(parts, one, value, chosen);
  for (const group of shape.choices) {
    const alternative = chooseAlternative(group, value, chosen, countUnknown);
    if (alternative !== undefined) addParts(parts, alternative, value, chosen);
  }
  return parts;
}

function saysMembers({ members }: Shape): boolean {
  return members !== undefined;
}

function saysItems({ items }: Shape): boolean {
  return items !== undefined;
}

/** What holds for a member; `undefined` where no part declares it. */
function memberShape(parts: readonly Shape[], name: string): Shape | undefined {
  if (name === "__proto__") return undefined;
  let found: Shape | undefined;
  for (const { members } of parts) {
    const one = members && memberIn(members, name);
    if (one !== undefined) found = found === undefined ? one : bothShapes(found, one);
  }
  return found;
}

function memberIn({ known, patterns, names, rest }: Members, name: string): Shape | undefined {
  const declared = known.get(name);
  if (declared !== undefined) return declared;
  for (const [pattern, shape] of patterns) if (pattern.test(name)) return shape;
  return names === undefined || names.has(name) ? rest : undefined;
}

function itemShape(parts: readonly Shape[], index: number): Shape {
  let found = anything;
  for (const { items } of parts) if (items !== undefined) found = bothShapes(found, items.first[index] ?? items.rest);
  return found;
}
