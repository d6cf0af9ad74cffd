/**
 * The plan: the graph compiled once, at registration, so that a request does no graph work. For every set of credentials
 * that may be present it holds either the steps to run, in order, or the schemes to challenge for.
 */
import { BuildError } from "../problem/error.ts";
import { type Authenticator, authenticatorsOf } from "./authenticator.ts";
import { Graph, type Overrides, schemesBelow } from "./graph.ts";
import type { Entry, Node, SchemeNode } from "./node.ts";
import { earliestRank, isLazy, phase } from "./rank.ts";

/** One node to run, and where its values stand. */
export interface Step {
  readonly node: Node;
  readonly slot: number;
  readonly rank: number;
  /** The names of the values the node is given … */
  readonly keys: readonly string[];
  /** … and the slots they stand in. */
  readonly sources: readonly number[];
  /** Whether something stands in for the node (tests only): its one source is the value. */
  readonly overridden: boolean;
  /** For guards: the schemes below, to challenge for. */
  readonly schemes: readonly SchemeNode[];
  /** For `scopes()`: who below has to grant what. */
  readonly authenticators: readonly (Authenticator & { readonly slot: number })[];
  /** For a guard, a name for the audit log: the path of names that leads to it. */
  readonly path: string;
}

/** What runs for one set of present credentials. */
export interface Variant {
  readonly kind: "run";
  readonly steps: readonly Step[];
  /** For each rank that occurs, in order, the index after its last step. */
  readonly ends: readonly { readonly rank: number; readonly end: number }[];
  readonly slotCount: number;
  /** The names of the handler's values, and their slots. */
  readonly keys: readonly string[];
  readonly sources: readonly number[];
  /** The strongest reason why a browser may have attached a credential that this variant uses; with `sameSite()`, as for a cookie. */
  readonly ambient: "cookie" | "browser" | false;
  /** Every scope required, for the challenge. */
  readonly scopes: readonly string[];
  /** The schemes whose credentials are used. */
  readonly schemes: readonly SchemeNode[];
}

/** No credential that would do is present. */
export interface Challenge {
  readonly kind: "challenge";
  readonly schemes: readonly SchemeNode[];
}

/** The plan of a route. */
export interface Plan {
  readonly graph: Graph;
  readonly schemes: readonly SchemeNode[];
  /** Indexed by the bits of the present schemes. */
  readonly outcomes: readonly (Variant | Challenge)[];
}

const maxSchemes = 10;

/**
 * Compiles a record of dependencies.
 *
 * @throws BuildError `dependency_cycle`; `too_many_alternatives` beyond ten schemes, for 2^n sets of credentials are compiled
 */
export function compile(roots: readonly Entry[], overrides?: Overrides): Plan {
  const graph = new Graph(roots, overrides);
  const { schemes } = graph;
  if (schemes.length > maxSchemes) {
    throw new BuildError(
      "too_many_alternatives",
      `${schemes.length} security schemes on one route; at most ${maxSchemes} can be told apart`,
    );
  }
  const known = new Map<string, Variant | Challenge>();
  const outcomes = Array.from({ length: 2 ** schemes.length }, (_, bits) => {
    const present = new Set<Node>(schemes.filter((_scheme, index) => (bits & (1 << index)) !== 0));
    const missing = roots.filter((root) => !graph.isPresent(root.node, present));
    const made = missing.length > 0 ? challenge(graph, missing) : new VariantBuilder(graph, present).build();
    const key = signature(made);
    const same = known.get(key) ?? made;
    known.set(key, same);
    return same;
  });
  return { graph, schemes, outcomes };
}

function challenge(graph: Graph, missing: readonly Entry[]): Challenge {
  return { kind: "challenge", schemes: [...new Set(missing.flatMap((root) => graph.challenged(root.node)))] };
}

const ids = new WeakMap<Node, number>();
let lastId = 0;

function idOf(node: Node): number {
  const known = ids.get(node) ?? (lastId += 1);
  ids.set(node, known);
  return known;
}

/** Two sets of credentials with the same signature run the same steps. */
function signature(made: Variant | Challenge): string {
  if (made.kind === "challenge") return `? ${made.schemes.map(idOf).join(" ")}`;
  return made.steps.map((step) => `${idOf(step.node)}:${step.keys.join(",")}:${step.sources.join(",")}`).join(" ");
}

/** Puts the nodes that one set of credentials needs in order. */
class VariantBuilder {
  readonly #graph: Graph;
  readonly #present: ReadonlySet<Node>;
  /** Nodes in the order in which they are met, each after what it needs. */
  readonly #nodes: Node[] = [];
  readonly #paths = new Map<Node, string>();
  readonly #ranks = new Map<Node, number>();
  readonly #slots = new Map<Node, number>();

  constructor(graph: Graph, present: ReadonlySet<Node>) {
    this.#graph = graph;
    this.#present = present;
    graph.schemes.forEach((scheme, index) => this.#slots.set(scheme, index));
  }

  build(): Variant {
    for (const root of this.#graph.roots) this.#visit(root.node, root.key);
    this.#rank();
    const ordered = this.#order();
    ordered.forEach((node, index) => this.#slots.set(node, this.#graph.schemes.length + index));
    const steps = ordered.map((node) => this.#step(node));
    const used = this.#graph.schemes.filter((scheme) => this.#paths.has(scheme));
    const handed = this.#graph.roots.filter((root) => root.hidden !== true);
    return {
      kind: "run",
      steps,
      ends: endsOf(steps),
      slotCount: this.#graph.schemes.length + steps.length,
      keys: handed.map((root) => root.key),
      sources: handed.map((root) => this.#slot(root.node)),
      ambient: this.#ambient(used),
      scopes: [...new Set(ordered.flatMap((node) => (node.kind === "scopes" ? node.scopes : [])))].toSorted(),
      schemes: used,
    };
  }

  #ambient(used: readonly SchemeNode[]): Variant["ambient"] {
    const asked = this.#nodes.some((node) => node.kind === "same-site" && !this.#graph.isOverridden(node));
    if (asked || used.some(({ scheme }) => scheme.ambient === "cookie")) return "cookie";
    return used.some(({ scheme }) => scheme.ambient === "browser") && "browser";
  }

  #visit(node: Node, path: string): void {
    if (this.#paths.has(node)) return;
    this.#paths.set(node, path);
    for (const entry of this.#active(node)) this.#visit(entry.node, `${path} → ${entry.key}`);
    if (node.kind !== "scheme" || this.#graph.isOverridden(node)) this.#nodes.push(node);
  }

  /** What a node needs here. App values bring nothing of theirs into the request. */
  #active(node: Node): readonly Entry[] {
    return node.lifetime === "app" && !this.#graph.isOverridden(node) ? [] : this.#graph.active(node, this.#present);
  }

  #rank(): void {
    for (const node of this.#nodes) {
      const below = this.#active(node).map((entry) => this.#ranks.get(entry.node) ?? 0);
      this.#ranks.set(node, earliestRank(node, Math.max(0, ...below)));
    }
    const needed = new Map<Node, number>();
    const need = (node: Node, rank: number): void => void needed.set(node, Math.min(needed.get(node) ?? phase.handler, rank));
    for (const node of this.#nodes.toReversed()) {
      const earliest = this.#ranks.get(node) ?? 0;
      const rank = isLazy(node) ? Math.max(earliest, needed.get(node) ?? phase.handler) : earliest;
      this.#ranks.set(node, rank);
      for (const entry of this.#active(node)) need(entry.node, rank);
    }
  }

  #order(): Node[] {
    // A stable sort keeps each node after what it needs: nothing ranks below what it needs.
    return this.#nodes.toSorted((a, b) => (this.#ranks.get(a) ?? 0) - (this.#ranks.get(b) ?? 0));
  }

  #step(node: Node): Step {
    const entries = this.#active(node);
    return {
      node,
      slot: this.#slot(node),
      rank: this.#ranks.get(node) ?? 0,
      keys: entries.map((entry) => entry.key),
      sources: entries.map((entry) => this.#slot(entry.node)),
      overridden: this.#graph.isOverridden(node),
      schemes: schemesBelow(node, (each) => this.#active(each)),
      authenticators: node.kind === "scopes" ? this.#authenticators(node, node.scopes) : [],
      path: this.#paths.get(node) ?? "",
    };
  }

  #authenticators(node: Node, required: readonly string[]): Step["authenticators"] {
    const active = (each: Node): readonly Entry[] => this.#active(each);
    const isOverridden = (each: Node): boolean => this.#graph.isOverridden(each);
    return authenticatorsOf(node, required, { active, isOverridden }).map((each) => ({ ...each, slot: this.#slot(each.node) }));
  }

  #slot(node: Node): number {
    return this.#slots.get(node) ?? 0;
  }
}

function endsOf(steps: readonly Step[]): { rank: number; end: number }[] {
  const ends: { rank: number; end: number }[] = [];
  steps.forEach((step, index) => {
    const last = ends.at(-1);
    if (last?.rank === step.rank) last.end = index + 1;
    else ends.push({ rank: step.rank, end: index + 1 });
  });
  return ends;
}
