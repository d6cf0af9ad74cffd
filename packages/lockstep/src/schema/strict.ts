/**
 * Strict objects, both ways: what a schema does not declare is refused on the way in (mass assignment) and dropped on the
 * way out (a password hash in a response). Validators differ in this (zod strips, arktype keeps), so the core decides
 * it from the JSON Schema, in the same way for every library.
 *
 * An object is closed unless its JSON Schema has `additionalProperties` (or `unevaluatedProperties`) that is not false. Open are
 * `z.record`, `z.looseObject` and `z.object().catchall`; valibot's `record`, `looseObject` and `objectWithRest`; arktype's
 * `"[string]": "unknown"`. Closed are all others: `z.object` and valibot's `object`, which drop the rest, and arktype's objects,
 * which keep it: `"+": "ignore"` is their default and says nothing. A value is strict with the alternative of a union that
 * accepts it alone (`alternative.ts`), and the library takes that alternative (`shown-unions.ts`).
 */
import { chooseAlternative, type Walk } from "./alternative.ts";
import { type Direction, type JsonSchemaObject, jsonSchemaOf } from "./json-schema.ts";
import type { AnySchema } from "./schema.ts";
import { type Choice, compileShape, isAmbiguous, type Shape, type ShownUnion } from "./shape.ts";
import { shownUnions } from "./shown-unions.ts";
import { dropsUndeclared } from "./union.ts";
import { findUnknown, newWalk, prune } from "./walk.ts";

/** What a schema declares, ready to be applied to values. */
export interface Strictness {
  /** The schema to validate with: of each union it takes the alternative that the other two are about. */
  readonly schema: AnySchema;
  /**
   * Whether the library takes alternatives of unions that it is not told. Then a pruned value may still hold members that no
   * alternative both declares and accepts; `unknownKeys` tells them.
   */
  readonly unsure: boolean;
  /** JSON Pointers to the members that the schema does not declare, at most 100; empty if there are none. */
  unknownKeys(value: unknown): readonly string[];
  /**
   * The value without undeclared members: the same value if it has none, else a copy. An instance
   * of a class always becomes a plain object (its `toJSON` could bring back what was dropped); its declared getters are read.
   */
  prune(value: unknown): unknown;
}

interface Compiled {
  /** The JSON Schema that was compiled: a later one is compiled again. */
  readonly json: JsonSchemaObject;
  readonly strictness: Strictness;
}

const compiled: Readonly<Record<Direction, WeakMap<AnySchema, Compiled>>> = { input: new WeakMap(), output: new WeakMap() };

/**
 * Compiles what a schema declares of its input, or of its output: once for each direction, so all routes with one schema share
 * the result. `where` names the input or the response for the developer.
 *
 * @throws BuildError `wrong_schema` if the schema has no JSON Schema
 */
export function strictnessOf(schema: AnySchema, where: string, direction: Direction = "input"): Strictness {
  const json = jsonSchemaOf(schema, where, direction);
  const before = compiled[direction].get(schema);
  if (before?.json === json) return before.strictness;
  const made = compileStrictness(schema, json, where, direction);
  compiled[direction].set(schema, { json, strictness: made });
  return made;
}

function compileStrictness(schema: AnySchema, json: JsonSchemaObject, where: string, direction: Direction): Strictness {
  const { root, choices } = compileShape(json, where);
  if (!choices.some(isAmbiguous)) return strictness(schema, root, false, newWalk);
  // No alternative can be asked about an output.
  if (direction === "output") return strictness(schema, root, !dropsUndeclared(schema), newWalk);
  return strictnessOfUnions(schema, where);
}

function strictnessOfUnions(schema: AnySchema, where: string): Strictness {
  const choiceOf = new Map<ShownUnion, Choice>();
  let { chosen } = newWalk("judge");
  const unions = shownUnions(schema, where, (union, value) => {
    const choice = choiceOf.get(union);
    // The choices of the walk before hold; anything else (a copy without surplus members) is judged.
    const found = choice && chooseAlternative(choice, value, { ...newWalk("judge"), chosen }, () => []);
    return choice === undefined || found === undefined || found.refused ? undefined : choice.shapes.indexOf(found.shape);
  });
  const { root, choices } = compileShape(unions.json, where, unions.shown);
  for (const choice of choices) if (choice.shown !== undefined) choiceOf.set(choice.shown, choice);
  const unsure = choices.some((choice) => choice.shown?.told !== true && isAmbiguous(choice));
  return strictness(unions.schema, root, unsure, (purpose) => {
    const walk = newWalk(purpose);
    chosen = walk.chosen;
    return walk;
  });
}

function strictness(schema: AnySchema, root: Shape, unsure: boolean, start: (purpose: Walk["purpose"]) => Walk): Strictness {
  return {
    schema,
    unsure,
    unknownKeys: (value) => findUnknown(root, value, start("judge")),
    prune: (value) => prune(root, value, start("cut")),
  };
}
