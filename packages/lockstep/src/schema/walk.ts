/**
 * Walks through a value along the shapes that hold for it: counts (and reports) the members that they do not declare, or drops
 * them.
 */
import { readMember } from "../json/member.ts";
import { type Beside, chooseAlternative, type Unknown, type Walk } from "./alternative.ts";
import { pointerTo } from "./pointer.ts";
import { anything, bothShapes, type Choice, type Members, type Shape } from "./shape.ts";

/** How many unknown members are told; a body may have thousands. */
const maxReported = 100;

/** Starts a walk: nothing is chosen yet. */
export function newWalk(purpose: Walk["purpose"]): Walk {
  return { chosen: new Map(), purpose, count: countBeside, prune };
}

function countBeside(shape: Shape, value: object, walk: Walk, beside: readonly Shape[]): Unknown {
  const all = countUnknown(shape, value, walk, { ...counting, beside });
  const shallow = { ...counting, beside, shallow: true };
  return { all, own: all === 0 || walk.purpose === "judge" ? all : countUnknown(shape, value, walk, shallow) };
}

/** How unknown members are counted. */
interface Counting {
  /** The path of the value; only kept if `found` is. */
  readonly pointer: string;
  /** Takes the pointers to unknown members, if they are told. */
  readonly found: string[] | undefined;
  /** Further shapes whose members are known. */
  readonly beside: readonly Shape[];
  /** Whether to leave out the objects that are members. */
  readonly shallow: boolean;
}

const counting: Counting = { pointer: "", found: undefined, beside: [], shallow: false };

/** Finds the members that a shape does not declare: JSON Pointers, at most 100. */
export function findUnknown(shape: Shape, value: unknown, walk: Walk): readonly string[] {
  const found: string[] = [];
  countUnknown(shape, value, walk, { ...counting, found });
  return found;
}

function countUnknown(shape: Shape, value: unknown, walk: Walk, how: Counting): number {
  if (shape.silent || !isRecord(value)) return 0;
  const own = partsOf(shape, value, walk, how.beside);
  const parts = how.beside.length === 0 ? own : [...own, ...how.beside];
  let unknown = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      unknown += countUnknown(itemShape(parts, index), value[index], walk, below(how, index));
    }
    return unknown;
  }
  if (!own.some(saysMembers)) return 0;
  for (const name of Object.keys(value)) {
    const member = memberShape(parts, name);
    if (member === undefined) {
      unknown += 1;
      if (how.found !== undefined && how.found.length < maxReported) how.found.push(pointerTo(how.pointer, name));
    } else if (!member.silent && !how.shallow) {
      unknown += countUnknown(member, value[name], walk, below(how, name));
    }
  }
  return unknown;
}

function below({ pointer, found, shallow }: Counting, key: string | number): Counting {
  if (found === undefined && !shallow) return counting;
  return { pointer: found === undefined ? "" : pointerTo(pointer, key), found, beside: counting.beside, shallow };
}

/** The value without the members that a shape does not declare: the same value if it has none. */
export function prune(shape: Shape, value: unknown, walk: Walk): unknown {
  if (shape.silent || !isRecord(value)) return value;
  const parts = partsOf(shape, value, walk);
  if (Array.isArray(value)) return parts.some(saysItems) ? pruneItems(parts, value, walk) : value;
  if (!parts.some(saysMembers)) return value;
  return isPlain(value) ? prunePlain(parts, value, walk) : pruneInstance(parts, value, walk);
}

function pruneItems(parts: readonly Shape[], value: readonly unknown[], walk: Walk): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const before = value[index];
    const after = prune(itemShape(parts, index), before, walk);
    if (copy === undefined && !Object.is(after, before)) copy = value.slice(0, index);
    copy?.push(after);
  }
  return copy ?? value;
}

function prunePlain(parts: readonly Shape[], value: ReadonlyRecord, walk: Walk): ReadonlyRecord {
  const names = Object.keys(value);
  let copy: Record<string, unknown> | undefined;
  for (const [index, name] of names.entries()) {
    const before = value[name];
    const shape = memberShape(parts, name);
    const after = shape === undefined || shape.silent ? before : prune(shape, before, walk);
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

function pruneInstance(parts: readonly Shape[], value: object, walk: Walk): ReadonlyRecord {
  const copy: Record<string, unknown> = {};
  const declared = parts.flatMap(({ members }) => [...(members?.known.keys() ?? [])]);
  for (const name of new Set([...Object.keys(value), ...declared])) {
    const shape = memberShape(parts, name);
    const member = readMember(value, name);
    if (shape !== undefined && member !== undefined) copy[name] = prune(shape, member, walk);
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

/** Everything that holds for a value: the shape, the shapes that it refers to, and the alternatives that the value belongs to. */
function partsOf(shape: Shape, value: object, walk: Walk, beside: readonly Shape[] = counting.beside): readonly Shape[] {
  return shape.alone ?? addParts([], shape, value, { walk, beside });
}

interface Around {
  readonly walk: Walk;
  readonly beside: readonly Shape[];
}

function addParts(parts: Shape[], shape: Shape, value: object, { walk, beside }: Around): readonly Shape[] {
  const choices = addFixed(parts, shape);
  for (const choice of choices) {
    // An alternative is not to blame for what the rest of an intersection declares.
    const around: Beside = () => {
      const others: Shape[] = [];
      for (const later of choices.slice(choices.indexOf(choice) + 1)) for (const one of later.shapes) addFixed(others, one);
      return [...beside, ...parts, ...others].filter((one) => saysMembers(one) || saysItems(one));
    };
    const chosen = chooseAlternative(choice, value, walk, around)?.shape;
    if (chosen === undefined || parts.includes(chosen)) continue;
    if (chosen.alone === undefined) addParts(parts, chosen, value, { walk, beside: around() });
    else parts.push(chosen);
  }
  return parts;
}

/** Adds the shapes that hold for every value, and returns the choices that are left. */
function addFixed(parts: Shape[], shape: Shape): Choice[] {
  if (parts.includes(shape)) return [];
  parts.push(shape);
  return [...shape.all.flatMap((one) => addFixed(parts, one)), ...shape.choices];
}

function saysMembers({ members }: Shape): boolean {
  return members !== undefined;
}

function saysItems({ items }: Shape): boolean {
  return items !== undefined;
}

/** The shape of a member; `undefined` if no part declares it. */
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
