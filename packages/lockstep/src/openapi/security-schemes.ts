/** `components.securitySchemes`: every scheme that a route declares, under its name. */
import { nodesBelow } from "../dependency/graph.ts";
import type { TokenIssuer } from "../dependency/node.ts";
import type { SchemeDefinition } from "../dependency/scheme-definition.ts";
import { BuildError } from "../problem/error.ts";
import type { CompiledRoute } from "../route/compiled-route.ts";
import type { SecurityScheme } from "./openapi.ts";
import { isSameSchema } from "./same-schema.ts";

/** The issuers whose tokens a scheme carries, by its name. */
type Issuers = ReadonlyMap<string, readonly TokenIssuer[]>;

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
  const issuers = issuersOf(routes);
  return Object.fromEntries([...known].map(([name, { scheme }]) => [name, withIssuers(scheme.openapi, issuers.get(name))]));
}

/** The issuers of the verifiers that read each scheme's token: the document names those that are really asked. */
function issuersOf(routes: readonly CompiledRoute[]): Issuers {
  const found = new Map<string, Map<string, TokenIssuer>>();
  for (const { graph } of routes) {
    const nodes = graph.roots.flatMap(({ node }) => nodesBelow(node, (each) => each.deps));
    for (const node of nodes) {
      const [below] = node.deps;
      if (node.kind !== "value" || node.issuers === undefined || below?.node.kind !== "scheme") continue;
      const { name } = below.node.scheme;
      const issuers = found.get(name) ?? new Map<string, TokenIssuer>();
      for (const each of node.issuers) issuers.set(JSON.stringify(each), each);
      found.set(name, issuers);
    }
  }
  return new Map([...found].map(([name, issuers]) => [name, [...issuers.values()]]));
}

function withIssuers(scheme: SecurityScheme, issuers: readonly TokenIssuer[] = []): SecurityScheme {
  return issuers.length === 0 ? scheme : { ...scheme, "x-lockstep-issuers": issuers };
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
