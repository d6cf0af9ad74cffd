/**
 * Which members of an input are ids of objects, in types: by their names, for text and numbers that are not a few literals.
 * Start-up finds the rest (a format, a reference, a union) in the JSON Schema (`object-ids.ts`), with the same rule for names.
 */
import type { Advice } from "../dependency/dependency.ts";
import type { Nothing } from "./nothing.ts";
import type { AnySchema, OutputOf } from "../schema/schema.ts";

/** What one input, or one member, may say: that it identifies an object, or that it identifies nothing, with the reason. */
export type Identifies = "object" | Nothing;

/** What a body or a form may say: of all of it, or of each member by its path, for example `"items.productId"`. */
export type IdentifiesMembers = Identifies | { readonly [path: string]: Identifies };

type Owner = "owner" | "user" | "account" | "tenant" | "org" | "organization" | "workspace" | "team" | "customer" | "member";
type Ending = "Id" | "Ids" | "ID" | "IDs" | "Uuid" | "UUID" | "Guid" | "GUID" | "_id" | "_ids" | "_ID" | "_uuid" | "_guid";
type IdName = "id" | "ids" | "uuid" | "guid" | Owner | `${string}${Ending}`;

/** Whether a name says that it is an id. The case of the last part of a hyphenated name does not matter, for headers. */
type IsIdName<N extends string> = N extends IdName
  ? true
  : Lowercase<N> extends `${string}-${"id" | "ids" | "uuid" | "guid" | Owner}` | Owner
    ? true
    : false;

/** Text or numbers, not one of a few literals. `never` means no. */
type IsOpen<T> = T extends bigint
  ? true
  : T extends string | number
    ? Record<never, never> extends Record<T, 1>
      ? true
      : never
    : never;
type Scalar<T> = T extends readonly (infer E)[] ? E : T;

/** Types with no members that could be ids. */
type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ((...args: never) => unknown);

/** The paths of members that are ids, down to four levels. An array's items have the path of the array. */
type IdsIn<T, P extends string, Depth extends readonly unknown[] = []> = 0 extends 1 & T
  ? never
  : Depth["length"] extends 4
    ? never
    : T extends Leaf
      ? never
      : T extends readonly (infer E)[]
        ? IdsIn<E, P, [...Depth, 0]>
        : {
            [K in keyof T & string]-?: IsIdName<K> extends true
              ? true extends IsOpen<Scalar<NonNullable<T[K]>>>
                ? `${P}${K}`
                : IdsIn<NonNullable<T[K]>, `${P}${K}.`, [...Depth, 0]>
              : NonNullable<T[K]> extends Leaf
                ? never
                : IdsIn<NonNullable<T[K]>, `${P}${K}.`, [...Depth, 0]>;
          }[keyof T & string];

type Literal<K> = string extends K ? never : K extends string ? K : never;
/** Members that are surely said to be nothing: an option that may be something else clears nothing. */
type SaidNothing<I> = { [K in Literal<keyof I>]: [I[K]] extends [Nothing] ? K : never }[Literal<keyof I>];
type SaidObject<I> = { [K in Literal<keyof I>]: "object" extends I[K] ? K : never }[Literal<keyof I>];

type OpenParameter<Place extends string, N extends string, S extends AnySchema> =
  true extends IsOpen<Scalar<NonNullable<OutputOf<S>>>> ? `object-id:${Place}.${N}` : never;

/** The id of a path parameter: every one, unless it has only a few values or says that it is nothing. */
export type PathId<N extends string, S extends AnySchema, I> = [I] extends [never]
  ? OpenParameter<"path", N, S>
  : "object" extends I
    ? `object-id:path.${N}`
    : never;

/** The id of a named input: one that is named like an id, or says that it is one. */
export type ParameterId<Place extends string, N extends string, S extends AnySchema, I> = [I] extends [never]
  ? IsIdName<N> extends true
    ? OpenParameter<Place, N, S>
    : never
  : "object" extends I
    ? `object-id:${Place}.${N}`
    : never;

/** The ids of a body or a form, by their paths. */
export type MemberIds<Place extends string, S extends AnySchema, I> = [I] extends [never]
  ? `object-id:${Place}.${IdsIn<OutputOf<S>, "">}`
  : [I] extends [Nothing]
    ? never
    : [Extract<I, "object">] extends [never]
      ? `object-id:${Place}.${Exclude<IdsIn<OutputOf<S>, "">, SaidNothing<I>> | SaidObject<I>}`
      : `object-id:${Place}`;

/** Advice for a whole record that is said to be one id. */
export type MembersCheck<S extends AnySchema, I> = [Extract<I, "object">] extends [never]
  ? unknown
  : NonNullable<OutputOf<S>> extends Leaf | readonly Leaf[]
    ? unknown
    : Advice<'say which members are ids: { identifies: { noteId: "object" } }'>;
