/** `components.securitySchemes`: every scheme that a route declares, under its name. */
import type { DocumentedScheme } from "../dependency/documented-scheme.ts";
import { nodesBelow } from "../dependency/graph.ts";
import type { TokenIssuer } from "../dependency/node.ts";
import type { CheckedScheme } from "../dependency/scheme-definition.ts";
import { BuildError } from "../problem/error.ts";
import type { CompiledRoute } from "../route/compiled-route.ts";
import type { SecurityScheme } from "./openapi.ts";
import { isSameSchema, type Located } from "./same-schema.ts";

/** The issuers whose tokens a scheme carries, by its name. */
type Issuers = ReadonlyMap<string, readonly TokenIssuer[]>;

/** An entry of the document, and the scheme that it is about. */
export interface ShownScheme {
  readonly entry: DocumentedScheme;
  readonly scheme: CheckedScheme;
}

/**
 * `components.securitySchemes` of routes.
 *
 * @throws BuildError `scheme_name_taken` for two different schemes of one name
 */
export function securitySchemesOf(routes: readonly CompiledRoute[]): Readonly<Record<string, SecurityScheme>> {
  return Object.fromEntries(shownSchemes(routes).map(({ entry: { name, openapi } }) => [name, openapi]));
}

/**
 * The schemes of routes, in the order in which they are met. Two that are defined alike are one: a factory that is called
 * twice makes no second scheme.
 *
 * @throws BuildError `scheme_name_taken` for two different schemes, or entries of them, of one name
 */
export function shownSchemes(routes: readonly CompiledRoute[]): readonly ShownScheme[] {
  const known = new Map<string, { readonly scheme: CheckedScheme; readonly where: string }>();
  const shown = new Map<string, ShownScheme & { readonly where: string }>();
  const issuers = issuersOf(routes);
  for (const { label: where, graph } of routes) {
    for (const { scheme } of graph.schemes) {
      const before = known.get(scheme.name);
      if (before !== undefined) {
        if (!isAlike(before.scheme, scheme)) throw nameTaken(scheme.name, before.where, where);
        continue;
      }
      known.set(scheme.name, { scheme, where });
      for (const entry of scheme.documented) {
        const taken = shown.get(entry.name);
        if (taken !== undefined) throw nameTaken(entry.name, taken.where, where);
        shown.set(entry.name, { entry: withIssuers(entry, issuers.get(scheme.name)), scheme, where });
      }
    }
  }
  return [...shown.values()];
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

/** An entry about one issuer names that one only. */
function withIssuers(entry: DocumentedScheme, all: readonly TokenIssuer[] = []): DocumentedScheme {
  const issuers = entry.issuer === undefined ? all : all.filter(({ issuer }) => issuer === entry.issuer);
  return issuers.length === 0 ? entry : { ...entry, openapi: { ...entry.openapi, "x-lockstep-issuers": issuers } };
}

/** Functions are left out: two verifiers of one issuer have two. */
function isAlike(one: CheckedScheme, other: CheckedScheme): boolean {
  const told = ({ documented, scopes, ambient }: CheckedScheme): Located => {
    const entries = documented.map(({ name, openapi, signIn }) => ({
      name,
      openapi,
      client: signIn && { ...signIn, endpoints: undefined },
    }));
    return { schema: { entries, scopes, ambient }, root: true };
  };
  return one === other || isSameSchema(told(one), told(other));
}

function nameTaken(name: string, before: string, where: string): BuildError {
  return new BuildError(
    "scheme_name_taken",
    `use one security scheme for both, or name one of them with { schemeName: "…" }: two different schemes are named "${name}" (${before}; ${where})`,
  );
}
