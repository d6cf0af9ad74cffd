/** Which routes of an application are declared to be its own: they answer beside the API, without its guards. */
import { BuildError } from "../../problem/error.ts";
import { shapeOf } from "./route-table.ts";

interface Pattern {
  readonly text: string;
  readonly method: string;
  /** The shape of a path; with `isBelow` the start of every path that is meant. */
  readonly path: string;
  readonly isBelow: boolean;
}

const form = /^(\*|[A-Za-z-]+) (\*|\/\S*)( \{.*\})?$/;

/** The routes that an application declares foreign. */
export class Foreign {
  readonly #patterns: readonly Pattern[];

  /** @throws BuildError `wrong_option` for text that is neither a route nor a pattern of routes */
  constructor(declared: readonly string[]) {
    this.#patterns = declared.map(parse);
  }

  /** Whether a route (by its shape) is declared by its own name: the API leaves it to the application. */
  names(shape: string): boolean {
    return this.#patterns.some((pattern) => covers(pattern, shape) && !isWide(pattern));
  }

  /**
   * Whether a route (by its shape) is declared by name, or by a pattern that covers it and no route of the API answers its paths.
   */
  covers(shape: string, own: ReadonlySet<string>): boolean {
    return this.#patterns.some((pattern) => covers(pattern, shape) && (!isWide(pattern) || !overlaps(shape, own)));
  }

  /** The declarations that no route of a table has. */
  missing(shapes: Iterable<string>): readonly string[] {
    const all = [...shapes];
    return this.#patterns.filter((pattern) => !all.some((shape) => covers(pattern, shape))).map(({ text }) => text);
  }
}

function parse(text: string): Pattern {
  if (!form.test(text)) {
    throw new BuildError(
      "wrong_option",
      `Write foreign routes as "GET /metrics", "* /legacy/*" or "OPTIONS *": ${JSON.stringify(text)} is not one of these`,
    );
  }
  const [method = "", path = "", ...constraint] = shapeOf(text).split(" ");
  const isBelow = path.endsWith("/*") && constraint.length === 0;
  return { text, method, path: isBelow ? path.slice(0, -1) : [path, ...constraint].join(" "), isBelow };
}

/** Whether a pattern may mean routes that its author did not think of. */
function isWide({ method, isBelow }: Pattern): boolean {
  return method === "*" || isBelow;
}

function covers(pattern: Pattern, shape: string): boolean {
  const [method = "", path = "", ...constraint] = shape.split(" ");
  // Fastify adds HEAD to each GET.
  const isMethod = pattern.method === "*" || pattern.method === method || (pattern.method === "GET" && method === "HEAD");
  if (!isMethod) return false;
  return pattern.isBelow ? path.startsWith(pattern.path) : pattern.path === [path, ...constraint].join(" ");
}

/**
 * Whether a request for one of the API's routes could reach this one. A wildcard comes last in the router, unless it has a
 * constraint.
 */
function overlaps(shape: string, own: ReadonlySet<string>): boolean {
  const [method = "", path = "", ...constraint] = shape.split(" ");
  if (path.endsWith("*") && constraint.length === 0) return false;
  const segments = path.split("/");
  return [...own].some((route) => {
    const [ownMethod, ownPath = ""] = route.split(" ");
    return ownMethod === method && meet(segments, ownPath.split("/"));
  });
}

function meet(segments: readonly string[], others: readonly string[]): boolean {
  const wild = segments.findIndex((segment) => segment.includes("*"));
  if (wild === -1 ? segments.length !== others.length : others.length < wild) return false;
  const fixed = wild === -1 ? segments : segments.slice(0, wild);
  return fixed.every((segment, index) => segment === others[index] || segment.includes(":") || others[index] === ":");
}
