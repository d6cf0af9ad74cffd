/**
 * Which alternative of a union a value belongs to. Its structure is looked at first: JSON types, listed values (a discriminator,
 * say) and required members. If several fit, it is the first that declares all members of the value and accepts it alone.
 *
 * If there is none, a value that is judged belongs to the alternative that declares most of it; the members that this one does
 * not declare are refused. A value that is cut and has surplus members itself belongs to the first alternative that accepts it
 * cut, as in zod and valibot, or, in arktype, whose unions have no order, to the one that keeps least: surplus members never let
 * others out.
 *
 * A library that does not show its unions cannot be asked. There only the structure decides: a value that is judged belongs to
 * the alternative that declares least. It is refused if the alternatives that fit do not agree.
 */
import { readMember } from "../json/member.ts";
import type { Choice, Shape, ShownUnion } from "./shape.ts";

/** How deep a value is compared with an alternative; a discriminator is at 1. */
const comparedDepth = 3;

/** The choice for an object. */
export interface Chosen {
  readonly shape: Shape;
  /** Whether no alternative accepts the object; then the library says best what is wrong. */
  readonly refused: boolean;
}

/** How many members of a value are not declared. */
export interface Unknown {
  readonly all: number;
  /** Those of the object itself (or of an array's items), without those of the objects in it. */
  readonly own: number;
}

/** What a walk through a value needs to choose alternatives. */
export interface Walk {
  /** The choices so far: with them nested unions cost a product of sizes and not a power. */
  readonly chosen: Map<Choice, WeakMap<object, Chosen>>;
  /** Whether undeclared members are looked for (`judge`) or dropped (`cut`). */
  readonly purpose: "judge" | "cut";
  /** Counts the members of a value that neither a shape nor those beside it declare. */
  readonly count: (shape: Shape, value: object, walk: Walk, beside: readonly Shape[]) => Unknown;
  /** The value without what a shape does not declare. */
  readonly prune: (shape: Shape, value: object, walk: Walk) => unknown;
}

/** Shapes that hold for a value beside a choice; asked for only if there is something to choose. */
export type Beside = () => readonly Shape[];

/** Chooses the alternative for a value; `beside` are shapes that hold for it as well. `undefined` if there is no alternative. */
export function chooseAlternative(choice: Choice, value: object, walk: Walk, beside: Beside): Chosen | undefined {
  const choices = walk.chosen.get(choice) ?? new WeakMap<object, Chosen>();
  const before = choices.get(value);
  if (before !== undefined) return before;
  const { shown } = choice;
  // A library that can be asked, or that nobody knows, may take a member of another type than it says (coercion).
  const candidates = fitting(choice.shapes, value, shown === undefined && walk.purpose === "cut");
  const [first] = candidates;
  if (first === undefined) return undefined;
  if (candidates.length === 1) return { shape: first, refused: false };
  walk.chosen.set(choice, choices);
  const count: Count = (candidate) => {
    // Set before it is counted: an alternative that leads back to its own union ends here.
    choices.set(value, { shape: candidate, refused: false });
    return walk.count(candidate, value, walk, beside());
  };
  const best =
    shown === undefined
      ? { shape: byStructure(first, candidates, count, walk), refused: false }
      : bestAccepted(candidates, count, shown.told, walk, (shape) => accepts(choice.shapes, shown, shape, value, walk));
  if (best !== undefined) choices.set(value, best);
  return best;
}

/**
 * The alternatives that fit; without types if none fits with them (a coercing schema accepts other types than its JSON Schema
 * says). Then a discriminator still decides. Returns all of them if none fits at all: the validator says so.
 */
function fitting(shapes: readonly Shape[], value: object, byType: boolean): readonly Shape[] {
  for (const how of byType ? (["everywhere", "nowhere"] as const) : (["here", "nowhere"] as const)) {
    const found = shapes.filter((shape) => fits(shape, value, { depth: comparedDepth, byType: how }));
    if (found.length > 0) return found;
  }
  return shapes;
}

function accepts(shapes: readonly Shape[], shown: ShownUnion, shape: Shape, value: object, walk: Walk): boolean {
  const ask = shown.accepts[shapes.indexOf(shape)];
  return ask === undefined ? fits(shape, value, { depth: 0, byType: "here" }) : ask(walk.prune(shape, value, walk));
}

type Count = (candidate: Shape) => Unknown;

interface Counted {
  readonly shape: Shape;
  readonly unknown: Unknown;
}

function bestAccepted(
  candidates: readonly Shape[],
  count: Count,
  told: boolean,
  { purpose }: Walk,
  accepted: (shape: Shape) => boolean,
): Chosen | undefined {
  const partly: Counted[] = [];
  let complete: Shape | undefined;
  for (const shape of candidates) {
    const unknown = count(shape);
    if (unknown.all > 0) partly.push({ shape, unknown });
    else if (accepted(shape)) return { shape, refused: false };
    else complete ??= shape;
  }
  partly.sort((one, other) => {
    const more = one.unknown.all - other.unknown.all;
    // All of its own members are declared, so none of them lets another one through.
    const [whole, otherWhole] = [one.unknown.own === 0, other.unknown.own === 0];
    if (purpose === "judge" || (whole && otherWhole)) return more;
    return whole === otherWhole ? (told ? 0 : -more) : whole ? -1 : 1;
  });
  const found = partly.find(({ shape }) => accepted(shape))?.shape;
  // The library is told the one that declares all, and says what is wrong with it.
  if (found !== undefined && complete !== undefined && told && purpose === "judge") return { shape: complete, refused: false };
  const shape = found ?? complete ?? partly[0]?.shape;
  return shape && { shape, refused: found === undefined };
}

function byStructure(first: Shape, candidates: readonly Shape[], count: Count, { purpose }: Walk): Shape {
  let best = first;
  let unknown = purpose === "judge" ? -1 : Infinity;
  for (const candidate of candidates) {
    const found = count(candidate).all;
    if (purpose === "judge" ? found > unknown : found < unknown) [best, unknown] = [candidate, found];
    if (unknown === 0 && purpose === "cut") break;
  }
  return best;
}

interface Comparison {
  readonly depth: number;
  /** Where JSON types are compared: in the whole value, for the value itself, or not at all. */
  readonly byType: "everywhere" | "here" | "nowhere";
}

function fits(shape: Shape, value: unknown, how: Comparison): boolean {
  if (how.byType !== "nowhere" && shape.types !== undefined && !typesOf(value).some((type) => shape.types?.has(type))) return false;
  if (shape.values !== undefined && !isObject(value) && !shape.values.includes(value)) return false;
  if (how.depth === 0) return true;
  const below = { ...how, depth: how.depth - 1 };
  if (!fitsMembers(shape, value, below)) return false;
  if (!shape.all.every((one) => fits(one, value, below))) return false;
  return shape.choices.every(({ shapes }) => shapes.some((one) => fits(one, value, below)));
}

function fitsMembers({ members }: Shape, value: unknown, how: Comparison): boolean {
  if (members === undefined || !isObject(value) || Array.isArray(value)) return true;
  const within: Comparison = how.byType === "here" ? { ...how, byType: "nowhere" } : how;
  if (!members.required.every((name) => readMember(value, name) !== undefined)) return false;
  for (const [name, shape] of members.known) {
    const member = readMember(value, name);
    if (member !== undefined && !fits(shape, member, within)) return false;
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function typesOf(value: unknown): readonly string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") return Number.isInteger(value) ? ["integer", "number"] : ["number"];
  return [typeof value];
}
