/**
 * Which alternative of a union a value belongs to, by its structure: JSON types, listed values (a discriminator, say) and
 * required members. Where several fit, the one that knows most of the value's members. What only a validator can tell (a
 * format, a range) is not asked.
 */
import type { Shape } from "./shape.ts";

/** How deep a value is compared with an alternative; a discriminator is at 1. */
const comparedDepth = 3;

/** Alternatives already chosen in this walk, so that nested unions cost a product of sizes instead of a power. */
export type Chosen = Map<readonly Shape[], Map<object, Shape>>;

/** Counts the members of a value that a shape does not know. */
export type CountUnknown = (shape: Shape, value: object, chosen: Chosen) => number;

/** Chooses the alternative for a value. `group` is never empty. */
export function chooseAlternative(group: readonly Shape[], value: object, chosen: Chosen, count: CountUnknown): Shape | undefined {
  const choices = chosen.get(group) ?? new Map<object, Shape>();
  const before = choices.get(value);
  if (before !== undefined) return before;
  const candidates = fitting(group, value);
  if (candidates.length === 1) return candidates[0];
  chosen.set(group, choices);
  const best = fewestUnknown(candidates, (candidate) => {
    // Set before it is counted: an alternative that leads back to its own union ends here.
    choices.set(value, candidate);
    return count(candidate, value, chosen);
  });
  if (best !== undefined) choices.set(value, best);
  return best;
}

/**
 * The alternatives that fit; without types where none does with them (a coercing schema accepts other types than it says), so
 * that a discriminator still decides; all of them where none fits at all, which the validator will say.
 */
function fitting(group: readonly Shape[], value: object): readonly Shape[] {
  for (const byType of [true, false]) {
    const found = group.filter((shape) => fits(shape, value, { depth: comparedDepth, byType }));
    if (found.length > 0) return found;
  }
  return group;
}

function fewestUnknown(candidates: readonly Shape[], count: (candidate: Shape) => number): Shape | undefined {
  let best = candidates[0];
  let fewest = Infinity;
  for (const candidate of candidates) {
    const unknown = count(candidate);
    if (unknown < fewest) [best, fewest] = [candidate, unknown];
    if (fewest === 0) break;
  }
  return best;
}

interface Comparison {
  readonly depth: number;
  readonly byType: boolean;
}

function fits(shape: Shape, value: unknown, how: Comparison): boolean {
  if (how.byType && shape.types !== undefined && !typesOf(value).some((type) => shape.types?.has(type))) return false;
  if (shape.values !== undefined && !isObject(value) && !shape.values.includes(value)) return false;
  if (how.depth === 0) return true;
  const below = { ...how, depth: how.depth - 1 };
  if (!fitsMembers(shape, value, below)) return false;
  if (!shape.all.every((one) => fits(one, value, below))) return false;
  return shape.choices.every((group) => group.some((one) => fits(one, value, below)));
}

function fitsMembers({ members }: Shape, value: unknown, how: Comparison): boolean {
  if (members === undefined || !isObject(value) || Array.isArray(value)) return true;
  if (!members.required.every((name) => readMember(value, name) !== undefined)) return false;
  for (const [name, shape] of members.known) {
    const member = readMember(value, name);
    if (member !== undefined && !fits(shape, member, how)) return false;
  }
  return true;
}

/** A member of an object or, for an instance of a class, of its prototypes; never one of `Object.prototype`. */
export function readMember(value: object, name: string): unknown {
  return Object.hasOwn(value, name) || (name in value && !(name in Object.prototype)) ? Reflect.get(value, name) : undefined;
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
