/** Fastify's route table, compared with the API's: nothing may answer beside it unseen. */
import type { FastifyInstance } from "fastify";
import { BuildError } from "../../problem/error.ts";

const line = /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, -]+)\))?$/;

/** Every route of an instance, as `GET /notes/:id`, read from `printRoutes()`: the one listing that Fastify has of all plugins. */
export function routeTable(instance: FastifyInstance): Set<string> {
  const parts: string[] = [];
  const table = new Set<string>();
  for (const text of instance.printRoutes({ commonPrefix: false, includeHooks: false }).split("\n")) {
    const match = line.exec(text);
    if (match === null) continue;
    const [, indent = "", segment = "", methods] = match;
    parts.length = indent.length / 4;
    parts.push(segment);
    const path = parts.join("");
    for (const method of methods?.split(", ") ?? []) table.add(`${method} ${path}`);
  }
  return table;
}

/**
 * Compares the instance's routes with those of the API and those declared foreign.
 *
 * @throws BuildError `foreign_route` naming each route that is neither
 */
export function checkRouteTable(table: ReadonlySet<string>, own: ReadonlySet<string>, foreign: readonly string[]): void {
  const declared = new Set(foreign);
  const unknown = [...table].filter((route) => !own.has(route) && !declared.has(route));
  if (unknown.length > 0) {
    throw new BuildError(
      "foreign_route",
      `These routes answer beside the API, without its guards: ${unknown.join(", ")}. Make them routes of the API, or name them in { foreign: [...] }`,
    );
  }
  const gone = foreign.filter((route) => !table.has(route));
  if (gone.length > 0) {
    throw new BuildError("foreign_route", `foreign names routes that do not exist: ${gone.join(", ")}. Remove them, or register them first`);
  }
}
