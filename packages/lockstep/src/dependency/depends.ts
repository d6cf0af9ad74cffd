/** `depends()`: a plain value made of other values. It protects nothing; the verbs in `access/` do. */
import { checkDeclaredProblems, type DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import type { Dependency, Deps, FactsOf, Values } from "./dependency.ts";
import { dependency, entriesOf, type Entry, factsOfEntries, type Lifetime } from "./node.ts";

/** What a value declares of itself. */
export interface DependsOptions {
  /** `request` (default): one value for each request. `app`: one for the process, disposed at shutdown. */
  readonly lifetime?: Lifetime;
  /** Problems it may throw, by status, in words, for the documentation: `{ 429: "Too many requests." }`. */
  readonly problems?: DeclaredProblems;
}

/**
 * A value made of other values, once for each request however many paths lead to it. `deny("reason")` in it is a 403, but a
 * value over a principal is not a guard: it protects no route.
 *
 * @throws BuildError `wrong_option`, `wrong_dependency`, `wrong_lifetime` when an app value uses a request value
 *
 * @example
 * ```ts
 * const page = depends({ limit: query("limit", z.coerce.number().default(20)) }, ({ limit }) => ({ limit }));
 * ```
 */
export function depends<const D extends Deps, T>(
  deps: D,
  run: (values: Values<D>) => T | PromiseLike<T>,
  options: DependsOptions = {},
): Dependency<T, FactsOf<D>> {
  const entries = entriesOf("depends()", deps);
  if (typeof run !== "function")
    throw new BuildError("wrong_dependency", "depends(): pass a function after the dependencies: (values) => value");
  const lifetime = lifetimeOf("depends", entries, options);
  return dependency({
    kind: "value",
    deps: entries,
    facts: factsOfEntries(entries),
    lifetime,
    problems: options.problems,
    // The values are exactly the record's.
    run: (values) => run(values as Values<D>),
  });
}

/**
 * Checks the options of a node over its entries, and returns its lifetime. @throws BuildError `wrong_option`, `wrong_lifetime`
 */
export function lifetimeOf(verb: string, entries: readonly Entry[], options: DependsOptions): Lifetime {
  checkOptions<DependsOptions>(`${verb}()`, options, { lifetime: true, problems: true });
  checkDeclaredProblems(`${verb}()`, options.problems);
  const lifetime = options.lifetime ?? "request";
  if (lifetime !== "app" && lifetime !== "request") {
    throw new BuildError("wrong_lifetime", `${verb}(): set lifetime to "app" or "request"`);
  }
  const shorter = lifetime === "app" ? entries.find(({ node }) => node.lifetime === "request") : undefined;
  if (shorter !== undefined) {
    throw new BuildError(
      "wrong_lifetime",
      `${verb}(): remove "${shorter.key}", or leave out lifetime: "app": a value of the app cannot use a value of a request`,
    );
  }
  return lifetime;
}
