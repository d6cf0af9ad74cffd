/**
 * Fastify's route table, compared with the API's: nothing may answer beside it unseen. Two routes of one method and one shape
 * cannot both be in a table, so parameters are compared by their place and not by their names.
 */
import type { FastifyInstance } from "fastify";
import { BuildError } from "../../problem/error.ts";
import type { Foreign } from "./foreign.ts";

// `printRoutes()` is the one listing that Fastify has of the routes of all plugins. A line is a node of the router's tree: how
// deep it is, its text, and its methods with the constraint they need (a host, a version).
const node = /^((?:[│ ] {3})*)[├└]── (.*)$/;
const answering = /^(.*?) \(([A-Z-]+(?:, [A-Z-]+)*)\)(?: (\{.*\}))?$/;
const emptyRoot = "(empty root node)";
// Parameters in one place that differ in name only are one node: `:id|:noteId`.
const parameter = /^:[^:/|()\-.]+(?:\|:[^:/|()\-.]+)*$/;

/**
 * Every route of an application: its shape (`GET /notes/:`), and the route as Fastify prints it. One that answers under a
 * constraint only has the constraint behind it.
 */
export function routeTable(instance: FastifyInstance): Map<string, string> {
  const parts: string[] = [];
  const table = new Map<string, string>();
  // With the common prefixes each node has a line; without them Fastify loses the part before a wildcard.
  for (const line of instance.printRoutes({ commonPrefix: true, includeHooks: false }).split("\n")) {
    const [, indent, text = line] = node.exec(line) ?? [];
    const [, segment = text, methods, constraint] = answering.exec(text) ?? [];
    // A line that begins no node tells of the node above under another constraint.
    if (indent !== undefined) parts.splice(indent.length / 4, Infinity, segment === emptyRoot ? "" : segment);
    for (const method of methods?.split(", ") ?? []) {
      const route = [method, parts.join(""), ...(constraint === undefined ? [] : [constraint])];
      table.set(shapeOf(route.join(" ")), route.join(" "));
    }
  }
  return table;
}

/** A route without the names of its parameters. */
export function shapeOf(route: string): string {
  const [method = "", path = "", ...constraint] = route.split(" ");
  const segments = path.split("/").map((segment) => (parameter.test(segment) ? ":" : segment.replaceAll("::", ":")));
  return [method.toUpperCase(), segments.join("/"), ...constraint].join(" ");
}

/**
 * Compares an application's routes with those of its APIs (by shape) and those declared foreign. Routes for OPTIONS need not be
 * declared: no API has one, so they answer preflights (CORS) and no handler of an API is behind them.
 *
 * @throws BuildError `foreign_route` naming each route that is neither
 */
export function checkRouteTable(table: ReadonlyMap<string, string>, own: ReadonlySet<string>, foreign: Foreign): void {
  const unknown = [...table]
    .filter(([shape]) => !own.has(shape) && !shape.startsWith("OPTIONS ") && !foreign.covers(shape, own))
    .map(([, route]) => route);
  if (unknown.length > 0) {
    // Naming GET names its HEAD.
    const names = unknown.filter((route) => !route.startsWith("HEAD ") || !unknown.includes(route.replace("HEAD", "GET")));
    throw new BuildError(
      "foreign_route",
      `Make these routes of the API, or name them in { foreign: ${JSON.stringify(names)} }: they answer without its guards`,
    );
  }
  const gone = foreign.missing(table.keys());
  if (gone.length > 0) {
    throw new BuildError("foreign_route", `Remove ${gone.join(", ")} from foreign, or register it first: there is no such route`);
  }
}
