/** What a route shows of itself: what the rest of this folder writes down. Read off its original graph, overrides or not. */
import { type AddedHeader, type InputPlace, isSent } from "../dependency/input-place.ts";
import type { Node } from "../dependency/node.ts";
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { runSchema } from "../schema/run-schema.ts";
import type { AnySchema } from "../schema/schema.ts";
import type { CompiledRoute } from "../route/compiled-route.ts";
import type { SecurityRequirement } from "./openapi.ts";
import { operationIdOf, pascalCase } from "./operation-id.ts";
import type { SchemaUse } from "./schema-source.ts";
import { alternativesOf, requirementsOf } from "./security.ts";
import { webhookUses } from "./webhook-item.ts";

/** An input that a caller may send. */
export interface SurfaceInput {
  readonly place: InputPlace;
  /** Whether every caller has to give it: however they are let in, it is read, and nothing does not fit its schema. */
  readonly required: boolean;
}

/** A route, seen from outside. */
export interface Surface {
  readonly route: CompiledRoute;
  readonly operationId: string;
  readonly security: readonly SecurityRequirement[];
  /** What runs for some caller, in the order in which it is met. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly SurfaceInput[];
  /** The problems that an error of any route may become. */
  readonly problems: readonly DeclaredProblems[];
}

/** What a route shows of itself. */
export function surfaceOf(route: CompiledRoute, problems: readonly DeclaredProblems[] = []): Surface {
  const alternatives = alternativesOf(route.graph);
  const nodes = [...new Set(alternatives.flatMap((alternative) => alternative.nodes))];
  const always = (node: Node): boolean => alternatives.every((alternative) => alternative.nodes.includes(node));
  const inputs = nodes.flatMap((node) => {
    if (node.kind !== "input" || !isSent(node.input)) return [];
    const { input } = node;
    const required = always(node) && input.schema !== undefined && refusesNothing(input.schema, route.label);
    return [{ place: input, required }];
  });
  return { route, operationId: operationIdOf(route), security: requirementsOf(alternatives), nodes, inputs, problems };
}

/** The headers that a node may add to the answer. */
export function addsOf(node: Node): readonly AddedHeader[] {
  return node.kind === "input" ? (node.input.adds ?? []) : [];
}

/** Every schema of a route. */
export function schemaUsesOf({ route, operationId, nodes, inputs }: Surface): readonly SchemaUse[] {
  const { label } = route;
  const name = pascalCase(operationId);
  const sent = inputs.flatMap(({ place: { kind, name: of, schema, tolerant = false } }): SchemaUse[] => {
    if (schema === undefined) return [];
    const where = `${label}: ${of === "" ? `${kind}()` : `${kind}("${of}")`}`;
    const role = kind === "messages" ? "Received" : "Request";
    return [{ schema, direction: "input", where, tolerant, name: `${name}${pascalCase(of) || role}` }];
  });
  const said = inputs.flatMap(({ place: { sends } }): SchemaUse[] =>
    sends === undefined
      ? []
      : [{ schema: sends, direction: "output", where: `${label}: what messages() sends`, name: `${name}Sent` }],
  );
  const received = route.definition.answers.flatMap(({ content }, index): SchemaUse[] => {
    const schema = content?.documented.schema;
    if (schema === undefined) return [];
    return [
      { schema, direction: "output", where: `${label}: the response`, name: `${name}Response${index === 0 ? "" : index + 1}` },
    ];
  });
  const added = nodes.flatMap(addsOf).flatMap(({ name: of, schema }): SchemaUse[] => {
    const where = `${label}: the header ${of} of the answer`;
    return schema === undefined ? [] : [{ schema, direction: "output", where, name: `${name}${pascalCase(of)}` }];
  });
  const callbacks = Object.entries(route.definition.callbacks ?? {}).map(([key, { webhook }]) => [key, webhook] as const);
  const later = webhookUses(Object.fromEntries(callbacks), `${label}: callbacks`, name);
  return [...sent, ...said, ...received, ...added, ...later];
}

/** Whether an input has to be given: its schema is asked, as it is when nothing comes. */
function refusesNothing(schema: AnySchema, where: string): boolean {
  try {
    const result = runSchema(schema, undefined, where);
    if (!(result instanceof Promise)) return result.issues !== undefined;
    // Its result comes too late; a default says it too.
    result.catch(() => {});
    return !("default" in jsonSchemaOf(schema, where));
  } catch {
    // A transformation that fails on nothing does not take it.
    return true;
  }
}
