/** `roles()`: a hierarchy of roles, each a dependency. A refusal is 403. */
import type { AnyDependency, Dependency, FactsOfOne, FirstAdvice, NeedOfOne, OrAdvice, ValueOf } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import { dependency, entriesOf, type GuardNode } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { checkReach, type ReachCheck } from "./authorize.ts";
import { guard, needFact } from "./guard.ts";
import { Refusal } from "../outcome/refusal.ts";
import { RoleOrder } from "./role-order.ts";

const needsCaller = "roles(): pass an authenticated dependency: the role is read from the caller";

/** The roles of an application; made by `roles()`. */
export interface Roles<R extends string, Any extends R, U, F extends Fact> {
  /**
   * The caller, if they have the role or one above it. The same role has the same dependency.
   *
   * @throws BuildError `unknown_role`
   */
  require<const X extends R>(role: X): Dependency<U, F | "authorized" | ([X] extends [Any] ? "reaches-any" : never)>;
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
 * @throws BuildError `wrong_dependency` if nobody is authenticated, or if a role with reach rests on what the client sent
 *   (a membership that was loaded by a path parameter, say); `unknown_role`, `role_cycle`, `wrong_option`
 *
 * @example
 * ```ts
 * const role = roles({ admin: ["user"], user: [] }, activeUser, (user) => user.role, { reachAny: ["admin"] });
 * get("/admin/users", { deps: { admin: role.require("admin") }, response: Users }, list);
 * ```
 */
export function roles<
  const H extends Readonly<Record<string, readonly (keyof H & string)[]>>,
  D extends AnyDependency,
  const Any extends keyof H & string = never,
>(
  hierarchy: H,
  user: OrAdvice<D, FirstAdvice<[NeedOfOne<D, "authenticated", typeof needsCaller>, ReachCheck<D["~dep"]["known"], Any>]>>,
  of: (user: ValueOf<D>) => (keyof H & string) | readonly (keyof H & string)[],
  options: RolesOptions<Any> = {},
): Roles<keyof H & string, Any, ValueOf<D>, FactsOfOne<D>> {
  const entries = entriesOf("roles()", { user });
  const below = needFact(entries, "authenticated", needsCaller);
  if (typeof of !== "function")
    throw new BuildError("wrong_dependency", "roles(): pass a third function that reads the caller's role: (user) => user.role");
  checkOptions<RolesOptions<string>>("roles()", options, { reachAny: true });
  const order = new RoleOrder(hierarchy);
  const reaching = new Set<string>(options.reachAny);
  for (const role of reaching) order.check(role);
  if (reaching.size > 0) checkReach("roles({ reachAny })", below);
  const nodes = new Map<string, GuardNode>();
  const make = (role: string): GuardNode => {
    const held = order.holdersOf(role);
    const facts = new Set<Fact>([...below, "authorized"]);
    if (reaching.has(role)) facts.add("reaches-any");
    // The entry is the dependency above, and this is its value.
    const holds = (value: unknown): boolean => [of(value as ValueOf<D>)].flat().some((name) => held.has(name));
    return guard({
      kind: "authorize",
      entries,
      facts,
      run: (values) => values["user"],
      settle: (value) => (holds(value) ? value : new Refusal("forbidden", `needs the role ${role}`)),
    });
  };
  return {
    require: (role) => {
      const node = nodes.get(role) ?? make(role);
      nodes.set(role, node);
      return dependency(node);
    },
  };
}
