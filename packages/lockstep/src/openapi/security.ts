/**
 * Who is let in, read off the graph. This module owns the security requirements of a route; they come from the same
 * questions (`Graph.branches`, `Graph.active`) as the plan that decides at run time: the two cannot differ.
 *
 * A requirement is a set of credentials **all of which are used** when exactly they are present: what a memoised `anyOf()`
 * would ignore is not asked for, however many paths lead to it.
 */
import { demandedScopes } from "../dependency/authenticator.ts";
import { demandsScopes, isScopeDemanded, needsDemand } from "../dependency/demanded-scope.ts";
import { type Graph, nodesBelow, schemesBelow } from "../dependency/graph.ts";
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
 * The security requirements of a route (OpenAPI 3.1.1 §4.8.30): the disjunctive normal form of its graph. AND is one object, OR
 * is several, explicit credentials before ambient ones, `{}` for none at all last. A scope is listed with the schemes below its
 * `scopes()` that have to grant it; if the rules of a `firstOf()` demand different scopes, each has a requirement of its own.
 * Empty if no credential is ever used.
 */
export function requirementsOf(alternatives: readonly Alternative[]): readonly SecurityRequirement[] {
  const requirements = alternatives.flatMap(asDocumented);
  return requirements.every(isEmpty) ? [] : requirements;
}

/** A scheme that the document has several entries for is any one of them. */
function asDocumented({ requirement, nodes }: Alternative): readonly SecurityRequirement[] {
  const entries = new Map(
    nodes.flatMap((node) => (node.kind === "scheme" ? [[node.scheme.name, node.scheme.documented] as const] : [])),
  );
  return Object.entries(requirement).reduce<readonly SecurityRequirement[]>(
    (done, [name, scopes]) => done.flatMap((one) => (entries.get(name) ?? []).map((entry) => ({ ...one, [entry.name]: scopes }))),
    [{}],
  );
}

/** The ways to be let in, the one without credentials last. There is always one. */
export function alternativesOf(graph: Graph): readonly Alternative[] {
  const needed = neededNames(graph);
  const alternatives = all(graph.roots.map(({ node }) => needed(node))).flatMap((names) => alternativesWith(graph, names));
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

/**
 * The ways to be let in with these credentials, one for each choice of rules; none if one of the credentials would not be used.
 */
function alternativesWith(graph: Graph, names: Names): readonly Alternative[] {
  const present = new Set<Node>(graph.schemes.filter(({ scheme }) => names.has(scheme.name)));
  const active = remembered((node) => graph.active(node, present));
  const roots = graph.roots.map((root) => root.node);
  const nodes = reached(roots, active);
  const used = new Set(nodes.flatMap((node) => (node.kind === "scheme" ? [node.scheme.name] : [])));
  if (used.size < names.size) return [];
  // Skip credentials that every request is refused with.
  if (nodes.some((node) => needsDemand(node) && !isScopeDemanded(node, roots, active))) return [];
  const choices = demandsOf([...roots, ...nodes.filter(isCertain)], active, new Map());
  const grantable = choices.filter((demands) => demands.every((node) => isGrantable(node, active)));
  const requirements = grantable.map((demands) => {
    const required = requiredScopes(demands, active);
    return Object.fromEntries([...names].map((name) => [name, [...(required.get(name) ?? [])].toSorted()]));
  });
  const each = new Map(requirements.map((requirement) => [JSON.stringify(requirement), requirement]));
  return [...each.values()].map((requirement) => ({ requirement, nodes }));
}

/** Whether some credentials can hold the scopes that a `scopes()` demands of them. Those of a scheme without scopes hold any. */
function isGrantable(node: Node, active: Active): boolean {
  const declared = schemesBelow(node, active).map(({ scheme }) => Object.keys(scheme.scopes));
  return scopesOf(node).every((name) => declared.some((names) => names.length === 0 || names.includes(name)));
}

/** The entries of a node that are needed. */
type Active = (node: Node) => readonly Entry[];

/** Answers each node once: several walks ask about the same ones. */
function remembered(active: Active): Active {
  const known = new Map<Node, readonly Entry[]>();
  return (node) => {
    const entries = known.get(node) ?? active(node);
    known.set(node, entries);
    return entries;
  };
}

/** The nodes that some nodes reach, each once. */
function reached(roots: readonly Node[], active: Active): readonly Node[] {
  const found = new Set<Node>();
  // Everything below a node that was found before is found, too.
  for (const root of roots) for (const node of nodesBelow(root, (each) => (found.has(each) ? [] : active(each)))) found.add(node);
  return [...found];
}

/** Who is asking is decided before any rule of a `firstOf()` is tried (`dependency/variant.ts`), with all that it rests on. */
function isCertain(node: Node): boolean {
  return node.kind === "authenticate";
}

/**
 * The `scopes()` that have to allow, for each choice of rules of the `firstOf()` that are reached. One that several paths reach
 * is one choice.
 */
function demandsOf(roots: readonly Node[], active: Active, chosen: ReadonlyMap<Node, Entry>): readonly (readonly Node[])[] {
  const rule = (node: Node): readonly Entry[] => {
    const one = chosen.get(node);
    return one === undefined ? active(node) : [one];
  };
  const nodes = reached(roots, rule);
  const open = nodes.find((node) => node.kind === "first-of" && !chosen.has(node) && nodesBelow(node, rule).some(demandsScopes));
  if (open === undefined) return [nodes.filter(demandsScopes)];
  return active(open).flatMap((entry) => demandsOf(roots, active, new Map([...chosen, [open, entry]])));
}

/** For each scheme, the scopes that the `scopes()` above it demand of it. */
function requiredScopes(demands: readonly Node[], active: Active): ReadonlyMap<string, ReadonlySet<string>> {
  const required = new Map<string, Set<string>>();
  for (const node of demands) {
    const schemes = schemesBelow(node, active).map(({ scheme }) => scheme);
    const demanded = demandedScopes(
      scopesOf(node),
      schemes.map(({ scopes }) => new Set(Object.keys(scopes))),
    );
    for (const [index, { name }] of schemes.entries()) {
      required.set(name, new Set([...(required.get(name) ?? []), ...(demanded[index] ?? [])]));
    }
  }
  return required;
}

function scopesOf(node: Node): readonly string[] {
  return node.kind === "scopes" ? node.scopes : [];
}

function isEmpty(requirement: SecurityRequirement): boolean {
  return Object.keys(requirement).length === 0;
}
