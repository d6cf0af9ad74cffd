/**
 * The plan: the graph, compiled once at start-up so that a request does no graph work. For every set of credentials that may be
 * present, it holds either the steps to run, in order, or the schemes to challenge for.
 */
import type { StepUpNeed } from "../outcome/step-up.ts";
import { BuildError } from "../problem/error.ts";
import type { Authenticator } from "./authenticator.ts";
import { checkBranches } from "./dead-branch.ts";
import { Graph, type Overrides } from "./graph.ts";
import type { Entry, Gate, Node, SchemeNode } from "./node.ts";
import { VariantBuilder } from "./variant.ts";

/** One node to run, and the places of its values. */
export interface Step {
  readonly node: Node;
  readonly slot: number;
  readonly rank: number;
  /** The names of the values that the node gets … */
  readonly keys: readonly string[];
  /** … and their slots. */
  readonly sources: readonly number[];
  /** Whether the node is overridden (tests only). Then its one source is the value. */
  readonly overridden: boolean;
  /** The node that decides what a denial in this step means: the step's own, or the guard that it stands in for. */
  readonly deniesAs: Node;
  /** For guards: the schemes below, which a refusal challenges for. */
  readonly schemes: readonly SchemeNode[];
  /**
   * For `scopes()`: each authenticated dependency below, with the scopes that it must grant. For `grantedScopes()` and
   * `stepUp()`: with those that it declares.
   */
  readonly authenticators: readonly (Authenticator & { readonly slot: number })[];
  /** For `stepUp()`: what the route demands of the same authentication, this step included. */
  readonly stepUp: StepUpNeed | undefined;
  /** For `onlyScoped()`: whether the route demands a scope of the credential below. */
  readonly isScopeDemanded: boolean;
  /** For `owned()`: the slots of the principals below whose id may own the object. */
  readonly owners: readonly number[];
  /** For `firstOf()`: the rules in order. */
  readonly rules: readonly Rule[];
  /** The gate that the step belongs to, if any. If the step cannot run, nothing behind the gate runs. */
  readonly gate: Gate | undefined;
  /** The path of names that leads to the node, for the audit log. */
  readonly path: string;
}

/** One rule of a `firstOf()`. */
export interface Rule {
  /** The steps that only rules need, in order. They run when the rule is tried. */
  readonly steps: readonly Step[];
  /** The slot of the rule's value. */
  readonly source: number;
}

/** The steps for one set of present credentials. */
export interface Variant {
  readonly kind: "run";
  readonly steps: readonly Step[];
  /** For each rank that occurs, in order, the index after its last step. */
  readonly ends: readonly { readonly rank: number; readonly end: number }[];
  readonly slotCount: number;
  /** The names of the handler's values, and their slots. */
  readonly keys: readonly string[];
  readonly sources: readonly number[];
  /**
   * Whether a browser may have attached a credential that this variant uses: the strictest case. `"cookie"` with `sameSite()`.
   */
  readonly ambient: "cookie" | "browser" | false;
  /** The origins of the API itself that `sameSite({ ownOrigin })` names. */
  readonly ownOrigins: ReadonlySet<string>;
  /** The scopes that this caller needs whichever rule of a `firstOf()` allows, for the challenge. */
  readonly scopes: readonly string[];
  /** The schemes whose credentials are used. */
  readonly schemes: readonly SchemeNode[];
}

/** The schemes to challenge for, if no sufficient credential is present. */
export interface Challenge {
  readonly kind: "challenge";
  readonly schemes: readonly SchemeNode[];
}

/** The plan of a route. */
export interface Plan {
  readonly graph: Graph;
  readonly schemes: readonly SchemeNode[];
  /** Indexed by a bit set of the present schemes. */
  readonly outcomes: readonly (Variant | Challenge)[];
  /**
   * For each scheme that declares scopes: those that its credential needs on this route, if no credential comes beside it that
   * the route does not need. For challenges (RFC 6750 §3).
   */
  readonly scopes: ReadonlyMap<SchemeNode, readonly string[]>;
}

const maxSchemes = 10;

/**
 * Compiles a record of dependencies.
 *
 * @throws BuildError `dependency_cycle`; `dead_branch` for a branch of `anyOf()` that no request can take;
 *   `too_many_alternatives` for more than ten schemes, because 2^n sets of credentials are compiled
 */
export function compile(roots: readonly Entry[], overrides?: Overrides): Plan {
  const graph = new Graph(roots, overrides);
  const { schemes } = graph;
  if (schemes.length > maxSchemes) {
    throw new BuildError(
      "too_many_alternatives",
      `use at most ${maxSchemes} security schemes on one route, or one verifier for several issuers of a token; there are ${schemes.length}: ${schemes.map(({ scheme }) => scheme.name).join(", ")}`,
    );
  }
  if (overrides === undefined || overrides.size === 0) checkBranches(graph);
  const known = new Map<string, Variant | Challenge>();
  const outcomes = Array.from({ length: 2 ** schemes.length }, (_, bits) => {
    const present = new Set<Node>(schemes.filter((_scheme, index) => (bits & (1 << index)) !== 0));
    const missing = roots.filter((root) => !graph.isPresent(root.node, present));
    const key = missing.length > 0 ? `without ${missing.map((root) => roots.indexOf(root)).join()}` : graph.choices(present);
    const outcome = known.get(key) ?? (missing.length > 0 ? challenge(graph, missing) : new VariantBuilder(graph, present).build());
    known.set(key, outcome);
    return outcome;
  });
  return { graph, schemes, outcomes, scopes: scopesByScheme(schemes, outcomes) };
}

function scopesByScheme(
  schemes: readonly SchemeNode[],
  outcomes: readonly (Variant | Challenge)[],
): ReadonlyMap<SchemeNode, readonly string[]> {
  const variants = outcomes.filter((outcome) => outcome.kind === "run");
  const found = schemes.map((scheme) => {
    const using = variants.filter((variant) => variant.schemes.includes(scheme));
    const fewest = Math.min(...using.map((variant) => variant.schemes.length));
    const { scopes = [] } = using.find((variant) => variant.schemes.length === fewest) ?? {};
    return [scheme, scopes.filter((name) => Object.hasOwn(scheme.scheme.scopes, name))] as const;
  });
  return new Map(found.filter(([, scopes]) => scopes.length > 0));
}

function challenge(graph: Graph, missing: readonly Entry[]): Challenge {
  return { kind: "challenge", schemes: [...new Set(missing.flatMap((root) => graph.challenged(root.node)))] };
}
