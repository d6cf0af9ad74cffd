/**
 * The graph below a route: the nodes that the roots reach, after overrides. This module owns walking it, finding cycles and
 * answering, for a set of present credentials, which nodes are needed. Ordering them is the plan's (`plan.ts`).
 */
import { BuildError } from "../problem/error.ts";
import type { AnyOfNode, Entry, Node, SchemeNode } from "./node.ts";

/** What stands in for a node: another node of the same value. The facts of the replaced one stay. */
export type Overrides = ReadonlyMap<Node, Node>;

const none: Overrides = new Map();

/** The nodes below a record of roots. */
export class Graph {
  readonly roots: readonly Entry[];
  /** The schemes below, in the order in which they are met. */
  readonly schemes: readonly SchemeNode[];
  readonly #overrides: Overrides;
  readonly #presence = new WeakMap<ReadonlySet<Node>, Map<Node, boolean>>();
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

  /** What a node needs: its record, or the one node that stands in for it. */
  depsOf(node: Node): readonly Entry[] {
    const replacement = this.#overrides.get(node);
    return replacement === undefined ? node.deps : [{ key: "override", node: replacement }];
  }

  /** Whether something stands in for the node. */
  isOverridden(node: Node): boolean {
    return this.#overrides.has(node);
  }

  /** Whether every credential that a node needs is among those present. */
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

  /** The branches in the order in which they are documented: explicit credentials before ambient ones. */
  branches(node: AnyOfNode): readonly Entry[] {
    const ambient = (entry: Entry): boolean => this.#schemesBelow(entry.node).some(({ scheme }) => scheme.ambient !== false);
    return [...node.deps.filter((entry) => !ambient(entry)), ...node.deps.filter(ambient)];
  }

  /** The entries of a node that are needed when those credentials are present: one branch of an `anyOf`, for example. */
  active(node: Node, present: ReadonlySet<Node>): readonly Entry[] {
    const deps = this.depsOf(node);
    if (this.isOverridden(node)) return deps;
    if (node.kind === "any-of") {
      const possible = node.deps.filter((entry) => this.isPresent(entry.node, present));
      // A branch of several alternatives counts by the one that it would use here: another of them may be ambient.
      return [possible.find((entry) => !this.#usesAmbient(entry.node, present)) ?? possible[0] ?? []].flat();
    }
    if (node.kind === "optional") return deps.filter((entry) => this.isPresent(entry.node, present));
    return deps;
  }

  /** The schemes that a caller is challenged for: those below a node, without what is optional. */
  challenged(node: Node): SchemeNode[] {
    return schemesBelow(node, (each) => (each.kind === "optional" && !this.isOverridden(each) ? [] : this.depsOf(each)));
  }

  /** Whether an ambient credential would be used, of those present. Asked once for each node: alternatives may be nested deeply. */
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

/** The schemes that a node reaches, in the order in which they are met. */
export function schemesBelow(node: Node, next: (node: Node) => readonly Entry[]): SchemeNode[] {
  return nodesBelow(node, next).filter((each) => each.kind === "scheme");
}

/** The nodes that a node reaches, itself first, each once. */
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
  return new BuildError("dependency_cycle", `Dependencies go in a circle: ${path.map((entry) => entry.key).join(" → ")}`);
}
