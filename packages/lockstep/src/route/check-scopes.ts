/** Whether a route that changes something asks for a scope, at start-up. */
import { declaredScopes } from "../dependency/fact.ts";
import { nodesBelow } from "../dependency/graph.ts";
import type { Entry, Node } from "../dependency/node.ts";
import { scopesUnasked } from "./advice.ts";
import type { Checked, Fail } from "./check.ts";
import { changesSomething } from "./route.ts";

/**
 * Every credential of a route that may be limited to scopes is asked for one, by `scopes()` or `anyScope()` above its
 * `authenticate()`, in each alternative that uses it. The compiler takes a scope that is asked of one credential for all; here
 * each answers for itself.
 */
export function checkScopesAsked({ route, entries }: Checked, fail: Fail): void {
  if (!changesSomething(route)) return;
  const [first] = new Asking().all(entries).unasked;
  if (first === undefined) return;
  const schemes = below(first).flatMap((node) => (node.kind === "scheme" ? [node.scheme.name] : []));
  fail("scopes_unasked", scopesUnasked(`credential (${schemes.join(", ")})`));
}

/** The state of the `authenticate()` dependencies below a node. */
interface Asked {
  /** Those that are asked for a scope, whichever alternative is taken. */
  readonly asked: ReadonlySet<Node>;
  /** Those that some alternative uses without asking. */
  readonly unasked: ReadonlySet<Node>;
}

const none: ReadonlySet<Node> = new Set();

/** Walks the graph of a route, each node once. */
class Asking {
  readonly #known = new Map<Node, Asked>();

  /** The state of a record, all of whose entries must pass: a scope that one asks for is asked for all. */
  all(entries: readonly Entry[]): Asked {
    const parts = entries.map(({ node }) => this.#of(node));
    const asked = union(parts.map((part) => part.asked));
    const used = union(parts.map((part) => part.unasked));
    return { asked, unasked: new Set([...used].filter((node) => !asked.has(node))) };
  }

  #of(node: Node): Asked {
    const known = this.#known.get(node) ?? this.#find(node);
    this.#known.set(node, known);
    return known;
  }

  #find(node: Node): Asked {
    switch (node.kind) {
      case "scopes":
        return { asked: new Set(below(node)), unasked: none };
      case "authenticate":
        // One built on others represents them.
        return { asked: none, unasked: declaredScopes(node.facts).length > 0 ? new Set([node]) : none };
      case "any-of":
      case "first-of": {
        const branches = node.deps.map((branch) => this.#of(branch.node));
        const shared = [...union(branches.map((branch) => branch.asked))].filter((asked) =>
          branches.every((branch) => branch.asked.has(asked)),
        );
        return { asked: new Set(shared), unasked: union(branches.map((branch) => branch.unasked)) };
      }
      case "optional":
        return { asked: none, unasked: this.all(node.deps).unasked };
      default:
        return this.all(node.deps);
    }
  }
}

function union(sets: readonly ReadonlySet<Node>[]): ReadonlySet<Node> {
  return new Set(sets.flatMap((one) => [...one]));
}

function below(node: Node): Node[] {
  return nodesBelow(node, (each) => each.deps);
}
