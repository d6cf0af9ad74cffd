/** `components.securitySchemes`: every scheme that a route declares, under its name. */
import type { SchemeDefinition } from "../dependency/scheme-definition.ts";
import { BuildError } from "../problem/error.ts";
import type { CompiledRoute } from "../route/compiled-route.ts";
import type { SecurityScheme } from "./openapi.ts";
import { isSameSchema } from "./same-schema.ts";

/**
 * The schemes of routes, in the order in which they are met. Two that are defined alike are one: a factory that is called
 * twice makes no second scheme.
 *
 * @throws BuildError `scheme_name_taken` for two different schemes of one name
 */
export function securitySchemesOf(routes: readonly CompiledRoute[]): Readonly<Record<string, SecurityScheme>> {
  const known = new Map<string, { readonly scheme: SchemeDefinition; readonly where: string }>();
  for (const { label: where, graph } of routes) {
    for (const { scheme } of graph.schemes) {
      const before = known.get(scheme.name);
      if (before === undefined) known.set(scheme.name, { scheme, where });
      else if (!isAlike(before.scheme, scheme)) throw nameTaken(scheme.name, before.where, where);
    }
  }
  return Object.fromEntries([...known].map(([name, { scheme }]) => [name, scheme.openapi]));
}

function isAlike(one: SchemeDefinition, other: SchemeDefinition): boolean {
  const told = ({ openapi, scopes, ambient }: SchemeDefinition) => ({ schema: { openapi, scopes, ambient }, root: true });
  return one === other || isSameSchema(told(one), told(other));
}

function nameTaken(name: string, before: string, where: string): BuildError {
  return new BuildError(
    "scheme_name_taken",
    `use one security scheme for both, or name one of them with { schemeName: "…" }: two different schemes are named "${name}" (${before}; ${where})`,
  );
}
