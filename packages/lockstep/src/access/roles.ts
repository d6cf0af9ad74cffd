/** `roles()`: a hierarchy of roles, each a dependency. A refusal is 403. */
import type { Advice, Dependency } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import { dependency, entriesOf, type GuardNode } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import { guard, needFact } from "./guard.ts";
import { Refusal } from "./refusal.ts";

const needsCaller = "roles() needs an authenticated dependency";

/** The roles of an application; made by `roles()`. */
export interface Roles<R extends string, Any extends R, U, F extends Fact> {
  /**
   * The caller, if they have the role or one above it. The same role gives the same dependency.
   *
   * @throws BuildError `unknown_role`
   */
  require<const X extends R>(role: X): Dependency<U, F | "authorized" | (X extends Any ? "reaches-any" : never)>;
}

/** What a hierarchy declares beside its roles. */
export interface RolesOptions<Any extends string> {
  /** Roles whose holders may reach objects that are not theirs; `permitted()` needs one. Default: none. */
  readonly reachAny?: readonly Any[];
}

/**
 * Roles, each naming those it includes: `{ admin: ["editor"], editor: ["user"], user: [] }`. `of` reads the caller's role, or
 * several. Reaching any object is declared for a role and is not inherited by those below it.
 *
 * @throws BuildError `wrong_dependency` where nobody is authenticated, `unknown_role`, `role_cycle`
 *
 * @example
 * ```ts
 * const role = roles({ admin: ["user"], user: [] }, activeUser, (user) => user.role, { reachAny: ["admin"] });
 * get("/admin/users", { deps: { admin: role.require("admin") } }, list);
 * ```
 */
export function roles<
  const H extends Readonly<Record<string, readonly (keyof H & string)[]>>,
  U,
  F extends Fact,
  const Any extends keyof H & string = never,
>(
  hierarchy: H,
  user: Dependency<U, F> & ("authenticated" extends F ? unknown : Advice<typeof needsCaller>),
  of: (user: U) => (keyof H & string) | readonly (keyof H & string)[],
  options: RolesOptions<Any> = {},
): Roles<keyof H & string, Any, U, F> {
  const entries = entriesOf("roles", { user });
  const below = needFact(entries, "authenticated", needsCaller);
  const holders = holdersOf(hierarchy);
  const reaching = new Set<string>(options.reachAny);
  for (const role of reaching) holdersOfRole(holders, role);
  const nodes = new Map<string, GuardNode>();
  return {
    require: (role) => {
      const held = holdersOfRole(holders, role);
      const facts = new Set<Fact>([...below, "authorized"]);
      if (reaching.has(role)) facts.add("reaches-any");
      const node = nodes.get(role) ?? guard({
        kind: "authorize",
        entries,
        facts,
        run: (values) => values["user"],
        // `user` is the value of the dependency above.
        settle: (value) => ([of(value as U)].flat().some((name) => held.has(name)) ? value : new Refusal("forbidden", `needs the role ${role}`)),
      });
      nodes.set(role, node);
      return dependency(node);
    },
  };
}

type Holders = ReadonlyMap<string, ReadonlySet<string>>;

function holdersOfRole(holders: Holders, role: string): ReadonlySet<string> {
  const held = holders.get(role);
  if (held !== undefined) return held;
  throw new BuildError("unknown_role", `roles(): there is no role "${role}"; there are ${[...holders.keys()].join(", ")}`);
}

/** For each role, the roles that count as it: itself and all above it. */
function holdersOf(hierarchy: Readonly<Record<string, readonly string[]>>): Holders {
  const holders = new Map(Object.keys(hierarchy).map((role) => [role, new Set([role])]));
  const visit = (holder: string, role: string, path: readonly string[]): void => {
    for (const included of hierarchy[role] ?? []) {
      const those = holders.get(included);
      if (those === undefined) throw new BuildError("unknown_role", `roles(): "${role}" includes "${included}", which is no role`);
      if (path.includes(included)) throw new BuildError("role_cycle", `roles(): ${[...path, included].join(" → ")} goes in a circle`);
      if (those.has(holder)) continue;
      those.add(holder);
      visit(holder, included, [...path, included]);
    }
  };
  for (const role of Object.keys(hierarchy)) visit(role, role, [role]);
  return holders;
}
