/** One operation: a route, written down. */
import type { ComponentSchemas } from "./component-schemas.ts";
import { defined } from "./defined.ts";
import type { Operation } from "./openapi.ts";
import { type PathNames, parametersOf, requestBodyOf } from "./parameters.ts";
import { responsesOf } from "./responses.ts";
import type { Surface } from "./surface.ts";

/** Writes a route as an operation (OpenAPI 3.1.1 §4.8.10). */
export function operationOf(surface: Surface, schemas: ComponentSchemas, pathNames: PathNames): Operation {
  const { definition } = surface.route;
  const reasons = surface.nodes.flatMap((node) => (node.kind === "unowned" ? (node.reason ?? []) : []));
  return defined<Operation>({
    operationId: surface.operationId,
    tags: filled([...new Set(definition.tags)]),
    summary: definition.summary,
    description: definition.description,
    deprecated: definition.deprecated,
    parameters: filled(parametersOf(surface, schemas, pathNames)),
    requestBody: requestBodyOf(surface, schemas),
    responses: responsesOf(surface, schemas),
    security: surface.security,
    "x-lockstep-public": definition.public,
    "x-lockstep-unowned": filled([...new Set(reasons)]),
  });
}

/** An empty list says nothing. */
function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
