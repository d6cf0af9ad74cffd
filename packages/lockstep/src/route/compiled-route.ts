/** A route that has started: checked, and its graph compiled. Hosts and the documentation read it. */
import type { Overrides } from "../dependency/graph.ts";
import type { Entry } from "../dependency/node.ts";
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
  readonly plan: Plan;
}

/**
 * Checks and compiles a route.
 *
 * @throws BuildError for every rule of `check.ts`, `wrong_path`, `dependency_cycle`, `too_many_alternatives`
 */
export function compileRoute(route: Route, guards: readonly Entry[], overrides: Overrides): CompiledRoute {
  const segments = parseTemplate(route.template);
  checkRoute(route, segments, guards);
  const entries = [...guards, ...route.definition.entries];
  return {
    method: route.method,
    label: `${route.method} ${route.template}`,
    template: route.template,
    segments,
    definition: route.definition,
    entries,
    plan: compile(entries, overrides),
  };
}
