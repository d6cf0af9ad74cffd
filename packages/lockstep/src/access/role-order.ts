/**
 * The order of roles: which includes which. This module owns checking a hierarchy and walking it, without recursion and
 * without a table of all pairs, so a hierarchy that is generated (one role for each department, say) stays cheap.
 */
import { BuildError } from "../problem/error.ts";

type Hierarchy = Readonly<Record<string, readonly string[]>>;

/** A checked hierarchy. */
export class RoleOrder {
  /** For each role, the roles that name it. */
  readonly #above: ReadonlyMap<string, readonly string[]>;

  /** @throws BuildError `unknown_role`, `role_cycle` with the roles that go in a circle */
  constructor(hierarchy: Hierarchy) {
    const above = new Map<string, string[]>(Object.keys(hierarchy).map((role) => [role, []]));
    for (const [role, included] of Object.entries(hierarchy)) {
      if (!Array.isArray(included))
        throw new BuildError("unknown_role", `roles(): list the roles that "${role}" includes: { ${role}: [] }`);
      for (const name of included) {
        const those = above.get(name);
        if (those === undefined)
          throw new BuildError(
            "unknown_role",
            `roles(): correct "${name}", or add it to the hierarchy: "${role}" includes it, and it is not a role`,
          );
        those.push(role);
      }
    }
    this.#above = above;
    checkAcyclic(hierarchy);
  }

  /** @throws BuildError `unknown_role` */
  check(role: string): void {
    if (this.#above.has(role)) return;
    throw new BuildError(
      "unknown_role",
      `roles(): correct "${role}", or add it to the hierarchy: the roles are ${[...this.#above.keys()].join(", ")}`,
    );
  }

  /** The roles that count as a role: itself and all above it. @throws BuildError `unknown_role` */
  holdersOf(role: string): ReadonlySet<string> {
    this.check(role);
    const holders = new Set([role]);
    // A set is walked in the order of insertion, including elements that are added on the way.
    for (const holder of holders) for (const above of this.#above.get(holder) ?? []) holders.add(above);
    return holders;
  }
}

/** Walks each role once, depth first, and remembers the path. */
function checkAcyclic(hierarchy: Hierarchy): void {
  const done = new Set<string>();
  for (const start of Object.keys(hierarchy)) {
    const path = [{ role: start, next: 0 }];
    const onPath = new Set([start]);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const included = hierarchy[at.role]?.[at.next];
      at.next += 1;
      if (included === undefined) {
        done.add(at.role);
        onPath.delete(at.role);
        path.pop();
      } else if (onPath.has(included)) {
        throw new BuildError(
          "role_cycle",
          `roles(): remove one inclusion: ${circle(
            path.map(({ role }) => role),
            included,
          )} goes in a circle`,
        );
      } else if (!done.has(included)) {
        path.push({ role: included, next: 0 });
        onPath.add(included);
      }
    }
  }
}

/** The part of a path that goes in a circle. */
function circle(path: readonly string[], again: string): string {
  return [...path.slice(path.indexOf(again)), again].join(" → ");
}
