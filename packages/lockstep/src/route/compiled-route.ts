/** A route that has started: checked, and its graph compiled. Hosts and the documentation read it. */
import { type Graph, nodesBelow, type Overrides } from "../dependency/graph.ts";
import type { Entry, Node } from "../dependency/node.ts";
import { compile, type Plan } from "../dependency/plan.ts";
import { checkRoute } from "./check.ts";
import type { HttpMethod, Route, RouteDefinition } from "./route.ts";
import { parseTemplate, type Segment } from "./template.ts";

/** A route, ready to serve. */
export interface CompiledRoute {
  readonly method: HttpMethod;
  /** `GET /notes/:id`. */
  readonly label: string;
  readonly template: string;
  readonly segments: readonly Segment[];
  readonly definition: RouteDefinition;
  /** The API's guard, the group's dependencies and the route's own. */
  readonly entries: readonly Entry[];
  /** Every node that the route reaches, each once. */
  readonly nodes: readonly Node[];
  /** The graph as it was declared: overrides change the plan only. */
  readonly graph: Graph;
  readonly plan: Plan;
}

/**
 * Checks and compiles a route.
 *
 * @throws BuildError for every rule of `check.ts`, `wrong_path`, `dependency_cycle`, `too_many_alternatives`
 */
export function compileRoute(route: Route, guards: readonly Entry[]): CompiledRoute {
  const { method, template, definition } = route;
  const segments = parseTemplate(template);
  const entries = [...guards, ...definition.entries];
  const nodes = [...new Set(entries.flatMap(({ node }) => nodesBelow(node, (each) => each.deps)))];
  checkRoute({ route, segments, entries, nodes });
  const plan = compile(entries);
  return { method, label: `${method} ${template}`, template, segments, definition, entries, nodes, graph: plan.graph, plan };
}

/**
 * The route with other nodes in the place of some. A route that reaches none of them is returned as it is.
 *
 * @throws BuildError `dependency_cycle`, `too_many_alternatives`
 */
export function overrideRoute(route: CompiledRoute, overrides: Overrides): CompiledRoute {
  return route.nodes.some((node) => overrides.has(node)) ? { ...route, plan: compile(route.entries, overrides) } : route;
}
