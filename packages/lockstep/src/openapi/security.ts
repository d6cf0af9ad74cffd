/**
 * Who is let in, read off the graph. This module owns the security requirements of a route; they come from the same
 * questions (`Graph.branches`, `Graph.active`) as the plan that decides at run time, so that the two cannot differ.
 *
 * A requirement is a set of credentials **all of which are used** when exactly they are present: what a memoised `anyOf()`
 * would ignore is not asked for, however many paths lead to it.
 */
import { demandedScopes } from "../dependency/demanded-scopes.ts";
import { Graph, nodesBelow, schemesBelow } from "../dependency/graph.ts";
import type { Entry, Node } from "../dependency/node.ts";
import type { SecurityRequirement } from "./openapi.ts";

/** One way to be let in. */
export interface Alternative {
  readonly requirement: SecurityRequirement;
  /** What runs for a caller with exactly these credentials, in the order in which it is met. */
  readonly nodes: readonly Node[];
}

/** The names of schemes that are needed together. */
type Names = ReadonlySet<string>;

const none: Names = new Set();

/**
 * The security requirements of a route (OpenAPI 3.1.1 §4.8.30): the disjunctive normal form of its graph. AND stands in one
 * object, OR in several, explicit credentials before ambient ones, `{}` for none at all last. A scope stands with the schemes
 * below its `scopes()` that have to grant it. Empty where no scheme is below.
 */
export function securityOf(entries: readonly Entry[]): readonly SecurityRequirement[] {
  return requirementsOf(alternativesOf(entries));
}

/** The requirements of alternatives; none where no credential is ever used. */
export function requirementsOf(alternatives: readonly Alternative[]): readonly SecurityRequirement[] {
  const requirements = alternatives.map(({ requirement }) => requirement);
  return requirements.every(isEmpty) ? [] : requirements;
}

/** The ways to be let in, the one without credentials last. There is always one. */
export function alternativesOf(entries: readonly Entry[]): readonly Alternative[] {
  const graph = new Graph(entries);
  const needed = neededNames(graph);
  const alternatives = all(entries.map(({ node }) => needed(node))).flatMap((names) => alternative(graph, names) ?? []);
  return [
    ...alternatives.filter(({ requirement }) => !isEmpty(requirement)),
    ...alternatives.filter(({ requirement }) => isEmpty(requirement)),
  ];
}

/** For a node, every set of names that it can do with, in the order in which branches are tried. */
function neededNames(graph: Graph): (node: Node) => readonly Names[] {
  const known = new Map<Node, readonly Names[]>();
  const find = (node: Node): readonly Names[] => {
    if (node.kind === "scheme") return [new Set([node.scheme.name])];
    if (node.kind === "any-of") return distinct(graph.branches(node).flatMap((branch) => needed(branch.node)));
    const below = all(node.deps.map((entry) => needed(entry.node)));
    return node.kind === "optional" ? distinct([...below, none]) : below;
  };
  const needed = (node: Node): readonly Names[] => {
    const found = known.get(node) ?? find(node);
    known.set(node, found);
    return found;
  };
  return needed;
}

/** One set of each list together, in every combination. */
function all(lists: readonly (readonly Names[])[]): readonly Names[] {
  return lists.reduce<readonly Names[]>(
    (done, list) => distinct(done.flatMap((one) => list.map((other) => new Set([...one, ...other])))),
    [none],
  );
}

/** Each set once. The names of schemes hold no spaces. */
function distinct(sets: readonly Names[]): readonly Names[] {
  return [...new Map(sets.map((names) => [[...names].toSorted().join(" "), names])).values()];
}

/** What runs with these credentials; nothing where one of them would not be used. */
function alternative(graph: Graph, names: Names): Alternative | undefined {
  const present = new Set<Node>(graph.schemes.filter(({ scheme }) => names.has(scheme.name)));
  const active = (node: Node): readonly Entry[] => graph.active(node, present);
  const nodes = [...new Set(graph.roots.flatMap((root) => nodesBelow(root.node, active)))];
  const used = new Set(nodes.flatMap((node) => (node.kind === "scheme" ? [node.scheme.name] : [])));
  if (used.size < names.size) return undefined;
  const required = requiredScopes(nodes, active);
  return { requirement: Object.fromEntries([...names].map((name) => [name, [...(required.get(name) ?? [])].toSorted()])), nodes };
}

/** For each scheme, the scopes that the `scopes()` above it demand of it. */
function requiredScopes(
  nodes: readonly Node[],
  active: (node: Node) => readonly Entry[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const required = new Map<string, Set<string>>();
  for (const node of nodes) {
    if (node.kind !== "scopes") continue;
    const schemes = schemesBelow(node, active).map(({ scheme }) => scheme);
    const demanded = demandedScopes(
      node.scopes,
      schemes.map(({ scopes }) => new Set(Object.keys(scopes))),
    );
    for (const [index, { name }] of schemes.entries()) {
      required.set(name, new Set([...(required.get(name) ?? []), ...(demanded[index] ?? [])]));
    }
  }
  return required;
}

function isEmpty(requirement: SecurityRequirement): boolean {
  return Object.keys(requirement).length === 0;
}
