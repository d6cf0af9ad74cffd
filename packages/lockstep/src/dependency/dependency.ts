/**
 * The type of a dependency and the types that read it. This module owns the phantom part: which facts a dependency carries
 * and how a record of dependencies adds them up. What exists at run time is the node (`node.ts`).
 */
import type { Fact, NamesOf, Notice, Protection } from "./fact.ts";
import type { Node } from "./node.ts";

/** The phantom members: they exist for the compiler only. */
interface Phantom<out T, in out F extends Fact> {
  readonly value: T;
  readonly known: F;
  /** A function of the facts: a union of dependencies has only the protections that all members share. */
  readonly sure: (fact: F) => void;
}

/**
 * One value for each request, and what is known of everything below it. Built by `depends`, `resource`, `authenticate` and
 * the other verbs; two of them are the same dependency only if they are the same object.
 *
 * `F` is invariant: widening an annotation cannot launder a fact.
 */
export interface Dependency<out T, in out F extends Fact = never> {
  readonly "~dep": Node & Phantom<T, F>;
}

/**
 * A dependency with a value of this type and any facts. Its own interface, compared member by member: the facts
 * of `Dependency` are invariant, and nothing but themselves would fit them.
 */
export interface Giving<out T> {
  readonly "~dep": Node & { readonly value: T; readonly known: Fact; readonly sure: (fact: never) => void };
}

/** The facts that a parameter of type `Authenticated` may have: everything but open ids and path parameters. */
type KnownOfCaller = Protection | "cookie" | "input" | "segment" | "scopes-unasked" | `scope:${string}`;

/**
 * Any authenticated dependency of this value, for the parameters of a function that makes routes. A dependency with an
 * unchecked id or a path parameter below it does not fit.
 *
 * Its scopes are not known: a module that asks for some takes a `Scoped`, or the dependency that `scopes()` returned. Which
 * routes ask for a scope is checked at start-up.
 *
 * @example
 * ```ts
 * export const taskRoutes = (user: Authenticated<User>) => [get("/tasks", { deps: { user }, response: Tasks }, list)];
 * ```
 */
export interface Authenticated<out T> {
  readonly "~dep": Node & {
    readonly value: T;
    readonly known: KnownOfCaller;
    readonly sure: (fact: "credential" | "authenticated") => void;
  };
}

/** Any dependency of this value that passed an `authorize()` or a role, for the parameters of a function that makes routes. */
export interface Authorized<out T> {
  readonly "~dep": Node & {
    readonly value: T;
    readonly known: KnownOfCaller;
    readonly sure: (fact: "credential" | "authenticated" | "authorized") => void;
  };
}

/**
 * Any authenticated dependency of this value that can be asked for these scopes, for the parameters of a function that makes
 * routes: its schemes declare them, and the grants of its credential are known.
 *
 * @example
 * ```ts
 * export const taskRoutes = (user: Scoped<User, "tasks:write">) => [
 *   get("/tasks", { deps: { user }, response: Tasks }, list),
 *   post("/tasks", { deps: { user: scopes(user, "tasks:write"), task: body(Task) }, response: Task }, add),
 * ];
 * ```
 */
export interface Scoped<out T, in S extends string> {
  readonly "~dep": Node & {
    readonly value: T;
    readonly known: KnownOfCaller;
    readonly sure: (fact: "credential" | "authenticated" | "scoped" | `scope:${S}`) => void;
  };
}

/** Any dependency, for constraints. */
export type AnyDependency = Giving<unknown>;

/** A record of dependencies: all of them are needed. */
export type Deps = Readonly<Record<string, AnyDependency>>;

/** A record of no dependencies. */
export type NoDeps = Record<never, never>;

/** The value of a dependency. */
export type ValueOf<D extends AnyDependency> = D["~dep"]["value"];

/** The values of a record of dependencies: what a function over it is given. */
export type Values<D extends Deps> = { readonly [K in keyof D]: D[K]["~dep"]["value"] };

/** The protections among facts. Facts that are `any` protect nothing: they would be every protection at once. */
type ProtectionsIn<F> = 0 extends 1 & F ? never : Extract<F, Protection>;

/*
 * Protections are read from the parameter of a function (`sure`), because the compiler intersects the parameters of a union of
 * functions. So alternatives share what each of them has, and a record adds up what its entries have. With A of the protections x
 * and y, and B of y and z:
 *
 *   one of two dependencies   ProtectionsOfOne<A | B>                  y
 *   a record, all needed      ProtectionsOf<{ a: A; b: B }>            x | y | z
 *   one of two records        ProtectionsOf<{ a: A } | { b: B }>       y
 *   what may be absent        ProtectionsOf<{ a: A; b?: B }>           x | y
 *   alternatives by name      SharedBy<{ a: A; b: B }>                 y
 */

/** The protections that every member of a union of dependencies has. */
export type ProtectionsOfOne<D extends AnyDependency> = D["~dep"]["sure"] extends (fact: infer F) => void
  ? ProtectionsIn<F>
  : never;

/** The protections of a record, a function of them so that a union of records shares only what each has. */
type TakesProtections<D extends Deps> = D extends Deps
  ? (fact: { [K in keyof D]: ProtectionsOfOne<D[K]> }[keyof D]) => void
  : never;

/** The protections of everything in a record. */
export type ProtectionsOf<D extends Deps> = TakesProtections<D> extends (fact: infer F) => void ? ProtectionsIn<F> : never;

/** The protections that every entry of a record has: those of alternatives. */
export type SharedBy<D extends Deps> = { [K in keyof D]: (fact: ProtectionsOfOne<D[K]>) => void }[keyof D] extends (
  fact: infer F,
) => void
  ? ProtectionsIn<F>
  : never;

/** The notices of everything in a record, also of entries that may be absent. */
export type NoticesOf<D extends Deps> = D extends unknown ? Extract<NonNullable<D[keyof D]>["~dep"]["known"], Notice> : never;

/** The facts of a record of dependencies. */
// A conditional type, not a plain union: the compiler would keep the union's name, which no declaration file can print. It must
// not distribute: alternatives would add up their protections.
export type FactsOf<D extends Deps> = [D] extends [unknown] ? ProtectionsOf<D> | NoticesOf<D> : never;

/** The facts of one dependency. */
export type FactsOfOne<D extends AnyDependency> = [D] extends [unknown]
  ? ProtectionsOfOne<D> | Extract<D["~dep"]["known"], Notice>
  : never;

/** The ids that nothing has checked: `object-id` notices without their `checked` protections. */
export type OpenOf<N, P> = Exclude<NamesOf<N, "object-id">, NamesOf<P, "checked">>;

/** The ids below a record that nothing has checked. */
export type OpenIds<D extends Deps> = OpenOf<NoticesOf<D>, ProtectionsOf<D>>;

declare const advice: unique symbol;

/** A type that nothing is assignable to; its text tells the developer what to write instead. */
export interface Advice<M extends string> {
  readonly [advice]: M;
}

/** Advice if there is something that must not be there: an open id, a parameter that nothing uses. `unknown` means no advice. */
export type NoneOf<Found, M extends string> = [Found] extends [never] ? unknown : Advice<M>;

/** The first advice of several checks: two at once would be `never`, and say nothing. */
export type FirstAdvice<Checks extends readonly unknown[]> = Checks extends readonly [infer Check, ...infer Others]
  ? unknown extends Check
    ? FirstAdvice<Others>
    : Check
  : unknown;

/** A parameter of type `T`, or the advice alone: intersected with `T` it would be printed behind the whole of `T`. */
export type OrAdvice<T, Check> = unknown extends Check ? T : NoInfer<Check>;

/** `unknown` if the record has the fact, the advice otherwise. */
export type Need<D extends Deps, F extends Protection, M extends string> = NoneOf<Exclude<F, ProtectionsOf<D>>, M>;

/** The same for one dependency. */
export type NeedOfOne<D extends AnyDependency, F extends Protection, M extends string> = NoneOf<Exclude<F, ProtectionsOfOne<D>>, M>;
