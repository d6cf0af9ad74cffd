/** Puts the nodes that one set of credentials needs in order: when each runs, and where its values are. */
import { type Authenticator, authenticatorsOf, type ActiveGraph, declaringBelow, principalsBelow } from "./authenticator.ts";
import { isScopeDemanded, needsDemand } from "./demanded-scope.ts";
import { type Graph, schemesBelow } from "./graph.ts";
import type { Entry, Gate, GuardNode, Node, SameSiteNode, SchemeNode } from "./node.ts";
import type { Rule, Step, Variant } from "./plan.ts";
import { combinedStepUp } from "./combined-step-up.ts";
import type { StepUpNeed } from "../outcome/step-up.ts";
import { earliestRank, gateRank, isLazy, phase } from "./rank.ts";

/** Builds the variant of one set of present credentials. */
export class VariantBuilder {
  readonly #graph: Graph;
  readonly #present: ReadonlySet<Node>;
  /** The nodes in the order in which they are found, each after the nodes that it needs. */
  readonly #nodes: Node[] = [];
  readonly #paths = new Map<Node, string>();
  readonly #gates = new Map<Node, Gate>();
  /** The overridden node for each node that stands in for one (tests only). */
  readonly #replaced = new Map<Node, Node>();
  readonly #ranks = new Map<Node, number>();
  readonly #slots = new Map<Node, number>();
  /** The nodes that only rules of a `firstOf()` need. They run when a rule is tried. */
  readonly #ruled: ReadonlySet<Node>;

  constructor(graph: Graph, present: ReadonlySet<Node>) {
    this.#graph = graph;
    this.#present = present;
    for (const root of graph.roots) if (root.gate !== undefined) this.#enter(root.node, root.gate);
    for (const root of graph.roots) this.#visit(root.node, root.key);
    this.#ruled = this.#findRuled();
  }

  build(): Variant {
    this.#rank();
    const { schemes, roots } = this.#graph;
    const ordered = this.#order(this.#nodes.filter((node) => !this.#ruled.has(node)));
    [...schemes, ...ordered, ...this.#ruled].forEach((node, index) => this.#slots.set(node, index));
    const steps = ordered.map((node) => this.#step(node));
    const handed = roots.filter((root) => root.hidden !== true);
    return {
      kind: "run",
      steps,
      ends: endsOf(steps),
      slotCount: this.#slots.size,
      keys: handed.map((root) => root.key),
      sources: handed.map((root) => this.#slot(root.node)),
      ambient: this.#ambient(),
      ownOrigins: new Set(this.#sameSites().flatMap(({ ownOrigin }) => ownOrigin ?? [])),
      scopes: [...new Set(ordered.flatMap((node) => (node.kind === "scopes" ? node.scopes : [])))].toSorted(),
      schemes: this.#used(),
    };
  }

  /** The schemes whose credentials are used. */
  #used(): SchemeNode[] {
    return this.#graph.schemes.filter((scheme) => this.#paths.has(scheme));
  }

  #ambient(): Variant["ambient"] {
    const used = this.#used();
    if (this.#sameSites().length > 0 || used.some(({ scheme }) => scheme.ambient === "cookie")) return "cookie";
    return used.some(({ scheme }) => scheme.ambient === "browser") && "browser";
  }

  #sameSites(): SameSiteNode[] {
    return this.#nodes.filter((node) => node.kind === "same-site").filter((node) => !this.#graph.isOverridden(node));
  }

  /** Marks a gate and every node below it. Gates come in their order, the API's first. */
  #enter(node: Node, gate: Gate): void {
    if (this.#gates.has(node)) return;
    this.#gates.set(node, gate);
    for (const entry of this.#active(node)) this.#enter(entry.node, gate);
  }

  #visit(node: Node, path: string): void {
    if (this.#paths.has(node)) return;
    this.#paths.set(node, path);
    for (const entry of this.#active(node)) {
      if (this.#graph.isOverridden(node) && !this.#replaced.has(entry.node)) this.#replaced.set(entry.node, node);
      this.#visit(entry.node, `${path} → ${entry.key}`);
    }
    if (node.kind !== "scheme" || this.#graph.isOverridden(node)) this.#nodes.push(node);
  }

  /** The entries that a node needs here. The dependencies of an app value do not belong to the request. */
  #active(node: Node): readonly Entry[] {
    return node.lifetime === "app" && !this.#graph.isOverridden(node) ? [] : this.#graph.active(node, this.#present);
  }

  #isFirstOf(node: Node): boolean {
    return node.kind === "first-of" && !this.#graph.isOverridden(node);
  }

  /**
   * Finds the nodes that only a `firstOf()` reaches, and that may wait for it. Callers are authenticated before any rule is tried
   * and inputs are read as usual, because an invalid credential is not the refusal of a rule.
   */
  #findRuled(): Set<Node> {
    const needed = new Set<Node>();
    const need = (node: Node): void => {
      if (needed.has(node)) return;
      needed.add(node);
      if (!this.#isFirstOf(node)) for (const entry of this.#active(node)) need(entry.node);
    };
    for (const root of this.#graph.roots) need(root.node);
    for (const node of this.#nodes) if (isUnconditional(node) && !this.#graph.isOverridden(node)) need(node);
    return new Set(this.#nodes.filter((node) => !needed.has(node)));
  }

  #rank(): void {
    for (const node of this.#nodes) {
      const below = this.#active(node).map((entry) => this.#ranks.get(entry.node) ?? 0);
      this.#ranks.set(node, earliestRank(node, Math.max(0, ...below), this.#gates.get(node)));
    }
    const needed = new Map<Node, number>();
    const need = (node: Node, rank: number): void => void needed.set(node, Math.min(needed.get(node) ?? phase.handler, rank));
    for (const { node, gate } of this.#graph.roots) {
      if (gate !== undefined) need(node, gateRank(this.#ranks.get(node) ?? 0, gate));
    }
    for (const node of this.#nodes.toReversed()) {
      const earliest = this.#ranks.get(node) ?? 0;
      const rank = isLazy(node) ? Math.max(earliest, needed.get(node) ?? phase.handler) : earliest;
      this.#ranks.set(node, rank);
      for (const entry of this.#active(node)) need(entry.node, rank);
    }
  }

  #order(nodes: readonly Node[]): Node[] {
    // A stable sort keeps each node after the nodes that it needs, because no node ranks below one that it needs.
    return nodes.toSorted((a, b) => (this.#ranks.get(a) ?? 0) - (this.#ranks.get(b) ?? 0));
  }

  #step(node: Node): Step {
    const entries = this.#active(node);
    const isFirstOf = this.#isFirstOf(node);
    const sources = isFirstOf ? this.#given(node) : entries.map((entry) => entry.node);
    const authenticators = this.#authenticators(node);
    return {
      node,
      slot: this.#slot(node),
      rank: this.#ranks.get(node) ?? 0,
      keys: isFirstOf ? [] : entries.map((entry) => entry.key),
      sources: sources.map((source) => this.#slot(source)),
      overridden: this.#graph.isOverridden(node),
      deniesAs: "settle" in node ? node : (this.#replaced.get(node) ?? node),
      schemes: schemesBelow(node, (each) => this.#active(each)),
      authenticators: authenticators.map((each) => ({ ...each, slot: this.#slot(each.node) })),
      stepUp: this.#stepUp(node),
      isScopeDemanded: needsDemand(node) && this.#isScopeDemanded(node),
      owners: node.kind === "owned" ? this.#owners(node) : [],
      rules: isFirstOf ? entries.map((entry) => this.#rule(entry.node)) : [],
      gate: this.#gates.get(node),
      path: this.#paths.get(node) ?? "",
    };
  }

  #rule(root: Node): Rule {
    return { steps: this.#ruledBelow(root).map((node) => this.#step(node)), source: this.#slot(root) };
  }

  /** The nodes that wait for a rule, each after the nodes that it needs. A `firstOf()` below runs its own rules. */
  #ruledBelow(root: Node): Node[] {
    const below = new Set<Node>();
    const visit = (node: Node): void => {
      if (below.has(node) || !this.#ruled.has(node)) return;
      below.add(node);
      if (!this.#isFirstOf(node)) for (const entry of this.#active(node)) visit(entry.node);
    };
    visit(root);
    return this.#nodes.filter((node) => below.has(node));
  }

  /** The nodes that must have run before the rules of a `firstOf()` are tried. */
  #given(firstOf: Node): Node[] {
    const given = new Set<Node>();
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      if (node !== firstOf && !this.#ruled.has(node)) given.add(node);
      else for (const entry of this.#active(node)) visit(entry.node);
    };
    visit(firstOf);
    return [...given];
  }

  #graphHere(): ActiveGraph {
    return { active: (each) => this.#active(each), isOverridden: (each) => this.#graph.isOverridden(each) };
  }

  #authenticators(node: Node): Authenticator[] {
    if (node.kind === "scopes") return authenticatorsOf(node, node.scopes, this.#graphHere());
    return node.kind === "granted-scopes" || node.kind === "step-up" ? declaringBelow(node, this.#graphHere()) : [];
  }

  /** What the route demands of the authentications that a `stepUp()` asks about, all of its demands together. */
  #stepUp(node: Node): StepUpNeed | undefined {
    if (node.kind !== "step-up" || this.#graph.isOverridden(node)) return undefined;
    const always = this.#nodes.filter(isStepUp).filter((each) => !this.#ruled.has(each) && !this.#graph.isOverridden(each));
    return combinedStepUp(node, always, (each) => this.#authenticators(each).map((answering) => answering.node));
  }

  #isScopeDemanded(node: Node): boolean {
    const roots = this.#graph.roots.map((root) => root.node);
    return isScopeDemanded(node, roots, (each) => this.#active(each));
  }

  #owners(node: Node): number[] {
    const principals = principalsBelow(
      this.#active(node).map((entry) => entry.node),
      this.#graphHere(),
    );
    // In tests an object may stand in for a check that has principals below it. It is not a caller.
    const callers = principals.length > 1 ? principals.filter((each) => !objectVerbs.has(each.kind)) : principals;
    return callers.map((each) => this.#slot(each));
  }

  #slot(node: Node): number {
    return this.#slots.get(node) ?? 0;
  }
}

function isStepUp(node: Node): node is GuardNode {
  return node.kind === "step-up";
}

const objectVerbs: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>(["owned", "permitted", "unowned"]);

function isUnconditional(node: Node): boolean {
  return node.kind === "authenticate" || node.kind === "input" || node.kind === "scheme" || node.kind === "same-site";
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
