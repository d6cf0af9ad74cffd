/** One operation: a route, written down. */
import type { ComponentSchemas } from "./component-schemas.ts";
import { isMessages } from "../dependency/input-place.ts";
import { defined } from "../json/member.ts";
import type { Operation, StepUpDemand } from "./openapi.ts";
import { type PathNames, parametersOf, requestBodyOf } from "./parameters.ts";
import { proofParameters } from "./proof-parameter.ts";
import { responsesOf } from "./responses.ts";
import type { Surface } from "./surface.ts";
import { callbacksOf } from "./webhook-item.ts";

/** The parts of a document that an operation needs. */
export interface OperationContext {
  readonly schemas: ComponentSchemas;
  readonly pathNames: PathNames;
  /** Whether pages of other origins may read the answers (CORS). */
  readonly isShared: boolean;
}

/** Writes a route as an operation (OpenAPI 3.1.1 §4.8.10). */
export function operationOf(surface: Surface, { schemas, pathNames, isShared }: OperationContext): Operation {
  const { definition } = surface.route;
  const unowned = surface.nodes.flatMap((node) => (node.kind === "unowned" ? (node.reason ?? []) : []));
  const anyScope = surface.nodes.flatMap((node) => (node.kind === "scopes" ? (node.reason ?? []) : []));
  const apart = surface.nodes.flatMap((node) => ("apart" in node ? (node.apart ?? []) : []));
  const nothing = Object.assign({}, ...surface.inputs.map(({ place }) => place.objectIds.nothing)) as Readonly<
    Record<string, string>
  >;
  return defined<Operation>({
    operationId: surface.operationId,
    tags: filled([...new Set(definition.tags)]),
    summary: definition.summary,
    description: definition.description,
    deprecated: definition.deprecated,
    parameters: filled([...parametersOf(surface, schemas, pathNames), ...proofParameters(surface)]),
    requestBody: requestBodyOf(surface, schemas),
    responses: isShared ? shared(responsesOf(surface, schemas)) : responsesOf(surface, schemas),
    callbacks: callbacksOf(definition.callbacks ?? {}, schemas),
    security: surface.security,
    "x-lockstep-public": definition.public,
    "x-lockstep-unowned": filled([...new Set(unowned)]),
    "x-lockstep-any-scope": filled([...new Set(anyScope)]),
    "x-lockstep-step-up": stepUpsOf(surface),
    "x-lockstep-apart": filled([...new Set(apart)]),
    "x-lockstep-identifies-nothing": Object.keys(nothing).length === 0 ? undefined : nothing,
    "x-lockstep-messages": messagesOf(surface, schemas),
    "x-lockstep-unchecked": definition.answers
      .map(({ content }) => content?.documented.unchecked)
      .find((reason) => reason !== undefined),
  });
}

/** The demands for a sign-in, each once. */
function stepUpsOf({ nodes }: Surface): readonly StepUpDemand[] | undefined {
  const needs = nodes.flatMap((node) => (node.kind === "step-up" ? (node.stepUp ?? []) : []));
  const written = needs.map(({ maxAgeSeconds, acr }) => defined<StepUpDemand>({ max_age: maxAgeSeconds, acr_values: acr }));
  return filled([...new Map(written.map((need) => [JSON.stringify(need), need])).values()]);
}

function messagesOf({ inputs }: Surface, schemas: ComponentSchemas): Operation["x-lockstep-messages"] {
  const place = inputs.map((input) => input.place).find(isMessages);
  if (place === undefined) return undefined;
  const { schema, sends } = place;
  return {
    ...(schema === undefined ? {} : { receives: schemas.schemaOf(schema, "input") }),
    ...(sends === undefined ? {} : { sends: schemas.schemaOf(sends, "output") }),
  };
}

/** An empty list says nothing. */
function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Every answer says which page may read it. */
function shared(responses: Operation["responses"]): Operation["responses"] {
  const added = {
    "Access-Control-Allow-Origin": { $ref: "#/components/headers/Access-Control-Allow-Origin" },
    Vary: { $ref: "#/components/headers/Vary" },
  };
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [status, { ...response, headers: { ...response.headers, ...added } }]),
  );
}
