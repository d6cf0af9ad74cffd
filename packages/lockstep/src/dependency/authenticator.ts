/**
 * Finds who answers for the scopes that a `scopes()` requires, which of them each has to grant, and whose id owns an object:
 * once, when the graph is compiled. The plan demands it, and the document says it. `scopesGranted()` alone is asked by requests.
 */
import { declaredScopes } from "./fact.ts";
import { nodesBelow } from "./graph.ts";
import type { Grants } from "../outcome/identified.ts";
import type { Entry, Granted, Node } from "./node.ts";

/** An authenticated dependency that has to grant scopes. */
export interface Authenticator {
  readonly node: Node;
  readonly scopes: readonly string[];
  /** It verifies no credential itself, but others below it do: if it brings no grants of its own, theirs decide. */
  readonly restsOnOthers: boolean;
}

/** The graph as one set of credentials sees it. */
export interface ActiveGraph {
  active(node: Node): readonly Entry[];
  isOverridden(node: Node): boolean;
}

/**
 * The authenticated dependencies below a node that answer for scopes, and which each has to grant. If an override hides all that
 * verify a credential, the replacement of a dependency above them answers.
 */
export function authenticatorsOf(node: Node, required: readonly string[], graph: ActiveGraph): Authenticator[] {
  const those = answeringBelow(node, graph);
  // What rests on others declares what they declare, those who are not asked now included: it takes no scope off them.
  const grounds = those.filter((each) => !restsOnOthers(each, graph));
  return those
    .map((each) => {
      const others = grounds.filter((ground) => ground !== each);
      const [scopes = required] = demandedScopes(required, [each, ...others].map(declared));
      return { node: each, scopes, restsOnOthers: !grounds.includes(each) };
    })
    .filter(({ scopes }) => scopes.length > 0);
}

/** The same dependencies, each with the scopes that it declares. */
export function declaringBelow(node: Node, graph: ActiveGraph): Authenticator[] {
  return answeringBelow(node, graph).map((each) => ({
    node: each,
    scopes: [...declared(each)],
    restsOnOthers: restsOnOthers(each, graph),
  }));
}

/** The authenticated dependencies below a node that answer for scopes. */
function answeringBelow(node: Node, graph: ActiveGraph): readonly Node[] {
  const below = nodesBelow(node, (each) => graph.active(each)).filter((each) => each !== node && isAnswering(each, graph));
  const verbs = below.filter((each) => each.kind === "authenticate");
  return verbs.every((each) => restsOnOthers(each, graph)) ? below : verbs;
}

function declared(node: Node): ReadonlySet<string> {
  return new Set(declaredScopes(node.facts));
}

/**
 * The scopes for which `scopes()` would let these credentials pass: each that is granted by all that have to grant it.
 * `undefined` if none of them is limited to scopes.
 */
export function scopesGranted(credentials: readonly Granted[]): readonly string[] | undefined {
  const limited = credentials.flatMap(({ grants }) => (grants === undefined ? [] : [wordsOf(grants)]));
  if (limited.length === 0) return undefined;
  const declaring = credentials.map(({ scopes }) => new Set(scopes));
  const passing = [...new Set(limited.flat())].filter((name) =>
    demandedScopes([name], declaring).every(([demanded], index) => demanded === undefined || grantsScope(credentials[index], name)),
  );
  return Object.freeze(passing);
}

function grantsScope(credential: Granted | undefined, name: string): boolean {
  return credential?.grants !== undefined && wordsOf(credential.grants).includes(name);
}

/** The words of a space-separated list (RFC 6749 §3.3). */
function wordsOf({ scope = "" }: Grants): readonly string[] {
  return scope.split(" ").filter((name) => name !== "");
}

/**
 * For each authenticated dependency that answers, with the scopes that it declares: the required scopes that it declares, and
 * those that none declares. An API key beside a bearer token, for example, is asked for the scopes of the token if it declares
 * none of its own.
 */
export function demandedScopes(
  required: readonly string[],
  declared: readonly ReadonlySet<string>[],
): readonly (readonly string[])[] {
  const ownerless = required.filter((name) => !declared.some((names) => names.has(name)));
  return declared.map((names) => required.filter((name) => names.has(name) || ownerless.includes(name)));
}

const declaredGraph: ActiveGraph = { active: (node) => node.deps, isOverridden: () => false };

/** The topmost authenticated dependencies below some nodes: an `authenticate()` built on others represents them. */
export function principalsBelow(nodes: readonly Node[], graph: ActiveGraph = declaredGraph): Node[] {
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (isAnswering(node, graph)) found.add(node);
    else for (const { node: below } of graph.active(node)) visit(below);
  };
  for (const node of nodes) visit(node);
  // One that is found beside another may also be below it.
  const covered = new Set(
    [...found].flatMap((each) => nodesBelow(each, (node) => graph.active(node)).filter((node) => node !== each)),
  );
  return [...found].filter((each) => !covered.has(each));
}

/** An `authenticate()`, or what stands in for a dependency that has one below. */
function isAnswering(node: Node, graph: ActiveGraph): boolean {
  return node.kind === "authenticate" || (node.facts.has("authenticated") && graph.isOverridden(node));
}

/** Whether a node verifies no credential itself, but others below it do. */
function restsOnOthers(node: Node, graph: ActiveGraph): boolean {
  const isOther = (each: Node): boolean => each !== node && isAnswering(each, graph);
  const own = nodesBelow(node, (each) => (isOther(each) ? [] : graph.active(each)));
  return own.some(isOther) && !own.some((each) => each.kind === "scheme");
}
