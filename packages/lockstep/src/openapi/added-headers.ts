/**
 * The headers that dependencies add to the answers of a route. They are documented with its successes, and with each error that
 * can come after something has run that could have added them.
 */
import type { AddedHeader } from "../dependency/input-place.ts";
import type { Node } from "../dependency/node.ts";
import type { Step } from "../dependency/plan.ts";
import { phase } from "../dependency/rank.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { ComponentSchemas } from "./component-schemas.ts";
import type { Header } from "./openapi.ts";
import { addsOf, type Surface } from "./surface.ts";

/** The documented headers of an answer, by name. */
export type DocumentedHeaders = Readonly<Record<string, Header>>;

/** The headers of every success of a route. */
export function headersOfSuccess({ nodes }: Surface, schemas: ComponentSchemas): DocumentedHeaders {
  return documented(nodes.flatMap(addsOf), schemas);
}

/** The headers of an error of a route. */
export function headersOfError(surface: Surface, status: number, schemas: ComponentSchemas): DocumentedHeaders {
  const adding = surface.nodes.filter((node) => addsOf(node).some(({ onFailure }) => onFailure));
  if (adding.length === 0) return {};
  const steps = stepsOf(surface);
  const latest = latestAnswer(surface, status, steps);
  const before = adding.filter((node) => earliestUse(node, steps) <= latest);
  return documented(
    before.flatMap(addsOf).filter(({ onFailure }) => onFailure),
    schemas,
  );
}

/** The steps for every set of credentials, those of rules included. */
function stepsOf({ route }: Surface): readonly (readonly Step[])[] {
  const withRules = (step: Step): readonly Step[] => [step, ...step.rules.flatMap((rule) => rule.steps.flatMap(withRules))];
  return route.plan.outcomes.flatMap((outcome) => (outcome.kind === "run" ? [outcome.steps.flatMap(withRules)] : []));
}

/** The rank at which something can first use the value of a node; after every step if only the handler does. */
function earliestUse(node: Node, variants: readonly (readonly Step[])[]): number {
  const ranks = variants.flatMap((steps) => {
    const slot = steps.find((step) => step.node === node)?.slot;
    return steps.filter(({ sources }) => slot !== undefined && sources.includes(slot)).map(({ rank }) => rank);
  });
  return Math.min(afterSteps, ...ranks);
}

/** When the handler runs, which comes after every step. */
const afterSteps = phase.handler + 1;

/** The last moment at which a route can answer with an error, as a rank. */
function latestAnswer({ route, problems }: Surface, status: number, variants: readonly (readonly Step[])[]): number {
  if ([...problems, route.definition.problems ?? {}].some((declared) => Object.hasOwn(declared, status))) return afterSteps;
  return Math.max(-1, ...variants.flat().flatMap((step) => (answersWith(step.node, status) ? [endOf(step, status)] : [])));
}

/** Invalid inputs end the run only after the guards that can still run. */
function endOf({ rank }: Step, status: number): number {
  return status === 422 ? phase.handler - 1 : rank;
}

function answersWith(node: Node, status: number): boolean {
  if (Object.hasOwn(node.problems ?? {}, status)) return true;
  switch (node.kind) {
    case "authenticate":
    case "step-up":
      return status === 401;
    case "authorize":
    case "scopes":
      return status === 403;
    case "owned":
    case "permitted":
    case "unowned":
      return status === 404;
    case "input":
      return status === 400 || status === 413 || status === 415 || status === 422;
    default:
      return false;
  }
}

/** Two dependencies may add one header. */
function documented(adds: readonly AddedHeader[], schemas: ComponentSchemas): DocumentedHeaders {
  const byName = Map.groupBy(adds, ({ name }) => name.toLowerCase());
  return Object.fromEntries(
    [...byName.values()].map((same) => [
      same[0]?.name ?? "",
      { description: [...new Set(same.map(({ description }) => description))].join(" "), schema: schemaOfAny(same, schemas) },
    ]),
  );
}

function schemaOfAny(adds: readonly AddedHeader[], schemas: ComponentSchemas): JsonSchema {
  const written = adds.map(({ schema }) => (schema === undefined ? { type: "string" } : schemas.schemaOf(schema, "output")));
  const [first = true, ...others] = new Map(written.map((schema) => [JSON.stringify(schema), schema])).values();
  return others.length === 0 ? first : { anyOf: [first, ...others] };
}
