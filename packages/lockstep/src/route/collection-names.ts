/**
 * Parameters that are named like a collection of the API: `note` or `noteRef` beside `/notes/:id`. No rule for names finds them, so
 * start-up asks.
 */
import type { Entry } from "../dependency/node.ts";
import { nodesBelow } from "../dependency/graph.ts";
import { isSchemaObject, jsonSchemaOf } from "../input/json-schema.ts";
import { isOpenScalar } from "../input/object-ids.ts";
import { BuildError } from "../problem/error.ts";
import type { Segment } from "./template.ts";

/** What a compiled route shows of itself here. */
interface NamedRoute {
  readonly method: string;
  readonly template: string;
  readonly segments: readonly Segment[];
  readonly entries: readonly Entry[];
}

/** Words behind the name of a collection that still name one of its objects. */
const references = new Set(["ref", "reference", "key", "slug", "code", "number", "no", "handle", "name", "uid", "uri"]);

/** @throws BuildError `ambiguous_input` for a query, header or cookie parameter that may name an object, and does not say */
export function checkCollectionNames(routes: readonly NamedRoute[]): void {
  const singulars = new Map(routes.flatMap(({ segments }) => collections(segments)).map((name) => [singular(words(name)), name]));
  for (const route of routes) {
    for (const { node } of route.entries
      .flatMap((entry) => nodesBelow(entry.node, (each) => each.deps))
      .map((each) => ({ node: each }))) {
      if (node.kind !== "input") continue;
      const { kind, name, schema, objectIds } = node.input;
      if ((kind !== "query" && kind !== "header" && kind !== "cookie") || schema === undefined) continue;
      if (objectIds.ids.length > 0 || Object.keys(objectIds.nothing).length > 0) continue;
      const collection = singulars.get(objectName(name));
      const json = jsonSchemaOf(schema, `${kind}("${name}")`);
      if (collection === undefined || !isSchemaObject(json) || !isOpenScalar(json)) continue;
      throw new BuildError(
        "ambiguous_input",
        `${route.method} ${route.template}: say whether ${kind}("${name}") identifies one of /${collection}, with { identifies: "object" } or { identifies: nothing("what it is instead") }`,
      );
    }
  }
}

/** Segments with a parameter behind them. */
function collections(segments: readonly Segment[]): string[] {
  return segments.flatMap(({ kind, text }, index) =>
    kind === "static" && segments[index + 1]?.kind === "parameter" ? [text] : [],
  );
}

function words(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function singular(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  const one = last.endsWith("ies")
    ? `${last.slice(0, -3)}y`
    : /(?:s|x|ch|sh)es$/.test(last)
      ? last.slice(0, -2)
      : last.endsWith("ss")
        ? last
        : last.replace(/s$/, "");
  return [...parts.slice(0, -1), one].join(" ");
}

/** The object that a parameter's name speaks of: `noteRef` and `X-Note` speak of a note. */
function objectName(name: string): string {
  const parts = words(name);
  const own = parts[0] === "x" ? parts.slice(1) : parts;
  return singular(own.length > 1 && references.has(own.at(-1) ?? "") ? own.slice(0, -1) : own);
}
