/**
 * The graph below a route: the nodes that the roots reach, after overrides. This module walks it, finds cycles and decides, for a
 * set of present credentials, which nodes are needed. `plan.ts` puts them in order.
 */
import { BuildError } from "../problem/error.ts";
import type { AnyOfNode, Entry, Node, SchemeNode } from "./node.ts";

/** The nodes that stand in for others, by the overridden node. The facts of the overridden node still count. */
export type Overrides = ReadonlyMap<Node, Node>;

const none: Overrides = new Map();

/** The nodes below a record of roots. */
export class Graph {
  readonly roots: readonly Entry[];
  /** The schemes below, in the order in which they are found. */
  readonly schemes: readonly SchemeNode[];
  readonly #overrides: Overrides;
  readonly #presence = new WeakMap<ReadonlySet<Node>, Map<Node, boolean>>();
  readonly #choices = new Map<Node, ReadonlySet<Node>>();
  readonly #ambience = new WeakMap<ReadonlySet<Node>, Map<Node, boolean>>();

  /** @throws BuildError `dependency_cycle` with the path of names */
  constructor(roots: readonly Entry[], overrides: Overrides = none) {
    this.roots = roots;
    this.#overrides = overrides;
    const schemes = new Set<SchemeNode>();
    const done = new Set<Node>();
    const visit = (node: Node, path: readonly Entry[]): void => {
      if (done.has(node)) return;
      if (node.kind === "scheme" && !this.isOverridden(node)) schemes.add(node);
      for (const entry of this.depsOf(node)) {
        const step = [...path, entry];
        if (path.some((before) => before.node === entry.node)) throw cycle(step);
        visit(entry.node, step);
      }
      done.add(node);
    };
    for (const root of roots) visit(root.node, [root]);
    this.schemes = [...schemes];
  }

  /** Returns the entries that a node needs: its record, or the one node that stands in for it. */
  depsOf(node: Node): readonly Entry[] {
    const replacement = this.#overrides.get(node);
    return replacement === undefined ? node.deps : [{ key: "override", node: replacement }];
  }

  /** Tells whether another node stands in for this one. */
  isOverridden(node: Node): boolean {
    return this.#overrides.has(node);
  }

  /** Tells whether every credential that a node needs is present. */
  isPresent(node: Node, present: ReadonlySet<Node>): boolean {
    const answers = this.#presence.get(present) ?? new Map<Node, boolean>();
    this.#presence.set(present, answers);
    const known = answers.get(node);
    if (known !== undefined) return known;
    const answer = this.#findPresence(node, present);
    answers.set(node, answer);
    return answer;
  }

  #findPresence(node: Node, present: ReadonlySet<Node>): boolean {
    const all = (): boolean => this.depsOf(node).every((entry) => this.isPresent(entry.node, present));
    if (this.isOverridden(node)) return all();
    if (node.kind === "scheme") return present.has(node);
    if (node.kind === "optional") return true;
    if (node.kind === "any-of") return node.deps.some((branch) => this.isPresent(branch.node, present));
    return all();
  }

  /** Returns the branches in the order in which they are documented: explicit credentials before ambient ones. */
  branches(node: AnyOfNode): readonly Entry[] {
    const ambient = (entry: Entry): boolean => this.#schemesBelow(entry.node).some(({ scheme }) => scheme.ambient !== false);
    return [...node.deps.filter((entry) => !ambient(entry)), ...node.deps.filter(ambient)];
  }

  /** Returns the entries of a node that are needed if these credentials are present: of an `anyOf`, for example, one branch. */
  active(node: Node, present: ReadonlySet<Node>): readonly Entry[] {
    const deps = this.depsOf(node);
    if (this.isOverridden(node)) return deps;
    if (node.kind === "any-of") {
      const possible = node.deps.filter((entry) => this.isPresent(entry.node, present));
      // If a branch has alternatives itself, only the one that it would use here decides whether the branch is ambient.
      return [possible.find((entry) => !this.#usesAmbient(entry.node, present)) ?? possible[0] ?? []].flat();
    }
    if (node.kind === "optional") return deps.filter((entry) => this.isPresent(entry.node, present));
    return deps;
  }

  /** Names the branches that these credentials take. Two sets of credentials that take the same branches run the same steps. */
  choices(present: ReadonlySet<Node>): string {
    const taken = new Map<Node, string>();
    const visit = (node: Node): void => {
      for (const choice of this.#nearestChoices(node)) {
        if (taken.has(choice)) continue;
        const branches = this.active(choice, present);
        taken.set(choice, branches.map((branch) => choice.deps.indexOf(branch)).join("+"));
        for (const branch of branches) visit(branch.node);
      }
    };
    for (const root of this.roots) visit(root.node);
    return [...taken.values()].join();
  }

  /** The nodes below, or the node itself, whose entries depend on the credentials, without those behind another such node. */
  #nearestChoices(node: Node): ReadonlySet<Node> {
    const known = this.#choices.get(node);
    if (known !== undefined) return known;
    const isChoice = (node.kind === "any-of" || node.kind === "optional") && !this.isOverridden(node);
    const nearest = isChoice ? [node] : this.depsOf(node).flatMap((entry) => [...this.#nearestChoices(entry.node)]);
    const found = new Set(nearest);
    this.#choices.set(node, found);
    return found;
  }

  /** Returns the schemes to challenge for: those below a node, without optional ones. */
  challenged(node: Node): SchemeNode[] {
    return schemesBelow(node, (each) => (each.kind === "optional" && !this.isOverridden(each) ? [] : this.depsOf(each)));
  }

  /** Tells whether a node would use an ambient credential. Remembers the answer, because alternatives may be nested deeply. */
  #usesAmbient(node: Node, present: ReadonlySet<Node>): boolean {
    const answers = this.#ambience.get(present) ?? new Map<Node, boolean>();
    this.#ambience.set(present, answers);
    const known = answers.get(node);
    if (known !== undefined) return known;
    const isOwn = node.kind === "scheme" && node.scheme.ambient !== false;
    const answer = isOwn || this.active(node, present).some((entry) => this.#usesAmbient(entry.node, present));
    answers.set(node, answer);
    return answer;
  }

  #schemesBelow(node: Node): SchemeNode[] {
    return schemesBelow(node, (each) => this.depsOf(each));
  }
}

/** Returns the schemes that a node reaches, in the order in which they are found. */
export function schemesBelow(node: Node, next: (node: Node) => readonly Entry[]): SchemeNode[] {
  return nodesBelow(node, next).filter((each) => each.kind === "scheme");
}

/** Returns the nodes that a node reaches, itself first, each once. */
export function nodesBelow(node: Node, next: (node: Node) => readonly Entry[]): Node[] {
  const seen = new Set<Node>();
  const visit = (each: Node): void => {
    if (seen.has(each)) return;
    seen.add(each);
    for (const entry of next(each)) visit(entry.node);
  };
  visit(node);
  return [...seen];
}

function cycle(path: readonly Entry[]): BuildError {
  return new BuildError("dependency_cycle", `Break this circle of dependencies: ${path.map((entry) => entry.key).join(" → ")}`);
}
