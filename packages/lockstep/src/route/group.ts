/** `group()`: routes, and further groups, that share a prefix, tags, dependencies and a reason to be public. */
import type { Deps, FirstAdvice, NoDeps, OrAdvice, ProtectionsOf } from "../dependency/dependency.ts";
import { entriesOf, factsOfEntries, type Entry } from "../dependency/node.ts";
import { checkReason } from "../dependency/reason.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { publicAndAuthenticated, shadowed, wrongTemplate } from "./advice.ts";
import {
  checkHidden,
  type Declared,
  type Inherited,
  join,
  method,
  type Method,
  nothing,
  type PublicCheck,
  type ShadowCheck,
} from "./route.ts";
import type { ParametersOf, TemplateCheck } from "./template.ts";
import { webSocketIn, type WebSocketMethod } from "./websocket.ts";

/** What the routes of a group share. */
export interface GroupSpec<X extends string, D extends Deps, Pub extends string | undefined = undefined, Check = unknown> {
  /** The beginning of each path, for example `/v1`. It comes after the prefix of the group around it. Default: none. */
  readonly prefix?: OrAdvice<X, Check>;
  /** Those of the group around it come first. */
  readonly tags?: readonly string[];
  /**
   * Run before anything else of every route of the group, whatever kind they are, and handed to each handler. Those of the group
   * around it run before them.
   */
  readonly deps?: OrAdvice<D, "" extends X ? ([Pub] extends [string] ? unknown : Check) : unknown>;
  /**
   * Why anyone may call the routes of the group; a route may say another reason. Excludes an authenticated dependency, of the
   * group, of one around it, or of one of its routes.
   */
  readonly public?: OrAdvice<Pub, "" extends X ? Check : unknown>;
  /**
   * Whether its routes are left out of the OpenAPI document, unless they say otherwise. Default: as the group around it, or
   * `false`.
   */
  readonly hidden?: boolean;
}

/**
 * Everything the compiler checks of a group. It hangs on the prefix, as that of a route on its path; without one on the reason.
 */
type GroupCheck<D0 extends Deps, D extends Deps, X extends string, Pub, Pub0> = FirstAdvice<
  [TemplateCheck<ParametersOf<X>>, ShadowCheck<keyof D0 & keyof D>, PublicCheck<ProtectionsOf<D0 & D>, Pub, Pub0, unknown>]
>;

/** The dependencies of the outer group and of the inner one. */
type Both<D0 extends Deps, D extends Deps> = [keyof D0] extends [never] ? D : D0 & D;

/** The prefix of an inner group. If one of the two is not a literal, start-up checks the names. */
type Joined<X0 extends string, X extends string> = string extends X0 | X ? string : `${X0}${X}`;

/** The reason of the inner group, or of the outer one. */
type ReasonOf<Pub, Pub0> = [Pub] extends [string] ? Pub : Pub0;

/** Declares a group inside of another, or of none. */
export type Grouping<D0 extends Deps, X0 extends string, Pub0> = <
  const X extends string = "",
  const D extends Deps = NoDeps,
  const Pub extends string | undefined = undefined,
>(
  spec: GroupSpec<X, D, Pub, GroupCheck<D0, D, X, Pub, Pub0>> & Declared<D, Pub>,
) => Group<Both<D0, D>, Joined<X0, X>, ReasonOf<Pub, Pub0>>;

/** The verbs of a group, and the groups inside it. */
export interface Group<D0 extends Deps, X0 extends string, Pub0 = undefined> {
  readonly get: Method<D0, X0, "GET", Pub0>;
  readonly post: Method<D0, X0, "POST", Pub0>;
  readonly put: Method<D0, X0, "PUT", Pub0>;
  readonly patch: Method<D0, X0, "PATCH", Pub0>;
  readonly del: Method<D0, X0, "DELETE", Pub0>;
  readonly websocket: WebSocketMethod<D0, X0, Pub0>;
  /**
   * A group inside this one: the prefixes join, tags and dependencies add up, and this group's guards run before the inner one's.
   *
   * @throws BuildError as `group()` does
   */
  readonly group: Grouping<D0, X0, Pub0>;
}

/**
 * Routes that share a prefix, tags and dependencies, and groups inside it to any depth. A group's guard always runs: a route that
 * must escape it is declared outside the group.
 *
 * @throws BuildError `wrong_option`, `empty_reason`, `wrong_dependency`, `duplicate_dependency` for a name that a group around it
 *   declares, `public_and_authenticated`
 *
 * @example
 * ```ts
 * const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { user: activeUser } });
 * const orgs = v1.group({ prefix: "/orgs/:orgId", deps: { member } });
 * const shop = group({ prefix: "/shop", public: "a shop window" });
 * const routes = [
 *   v1.get("/me", {}, ({ user }) => user.email),
 *   orgs.get("/name", {}, ({ member }) => member.orgName),
 *   shop.get("/greeting", {}, () => "Welcome"),
 * ];
 * ```
 */
// To infer the type arguments, the compiler would compare whole signatures: 20,000 instantiations.
export const group: Grouping<NoDeps, "", undefined> = groupIn<NoDeps, "", undefined>(nothing, 1);

/** Makes `group()` of a group, or of none. `gate` is that of the groups that it makes. */
function groupIn<D0 extends Deps, X0 extends string, Pub0>(outer: Inherited, gate: number): Grouping<D0, X0, Pub0> {
  // What the type says of a specification is checked at each call. Here the compiler would compare it with itself, at length.
  const grouping = (spec: Given): Group<Deps, string> => verbsOf(inherit(outer, spec, gate), gate + 1);
  return grouping as unknown as Grouping<D0, X0, Pub0>;
}

function verbsOf(inherited: Inherited, inner: number): Group<Deps, string> {
  return {
    get: method<Deps, string, "GET">("GET", inherited),
    post: method<Deps, string, "POST">("POST", inherited),
    put: method<Deps, string, "PUT">("PUT", inherited),
    patch: method<Deps, string, "PATCH">("PATCH", inherited),
    del: method<Deps, string, "DELETE">("DELETE", inherited),
    websocket: webSocketIn<Deps, string>(inherited),
    group: groupIn<Deps, string, undefined>(inherited, inner),
  };
}

/** A specification without what the compiler checks of it: the values themselves are checked here. */
interface Given {
  readonly prefix?: string;
  readonly tags?: readonly string[];
  readonly deps?: Deps;
  readonly public?: string;
  readonly hidden?: boolean;
}

function inherit(outer: Inherited, spec: Given, gate: number): Inherited {
  checkOptions<Given>("group()", spec, { prefix: true, tags: true, deps: true, public: true, hidden: true });
  const { prefix = "", deps = {} } = spec;
  if (typeof prefix !== "string") throw new BuildError("wrong_path", `group(): ${wrongTemplate}`);
  const path = join(outer.prefix, prefix);
  const where = path === "" ? "group()" : `group(${path})`;
  checkHidden(where, spec.hidden);
  const reason = spec.public === undefined ? outer.public : checkReason(where, spec.public);
  const own = entriesOf("group()", deps).map((entry): Entry => ({ ...entry, gate }));
  const twice = own.find(({ key }) => outer.entries.some((entry) => entry.key === key));
  if (twice !== undefined) throw new BuildError("duplicate_dependency", `${where}: ${shadowed(twice.key)}`);
  const entries = [...outer.entries, ...own];
  if (reason !== undefined && factsOfEntries(entries).has("authenticated"))
    throw new BuildError("public_and_authenticated", `${where}: ${publicAndAuthenticated}`);
  const tags = [...outer.tags, ...(spec.tags ?? [])];
  return { prefix: path, tags, entries, public: reason, hidden: spec.hidden ?? outer.hidden };
}
