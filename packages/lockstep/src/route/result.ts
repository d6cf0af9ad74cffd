/** What a handler may return, and what the compiler checks of it. */
import type { Advice, FirstAdvice, NoneOf } from "../dependency/dependency.ts";
import type { Reply } from "../outcome/reply.ts";
import type { StreamReply } from "../outcome/stream.ts";
import type { Redacted, Secret } from "../secret/redacted.ts";
import type {
  holdsSecret,
  needsNoContent,
  needsPlainResponse,
  needsResponse,
  needsType,
  neverSent,
  UndeclaredStatus,
  wrongStatus,
} from "./advice.ts";
import type { Declared } from "./content.ts";
import type { Anything } from "./unchecked.ts";

declare const noSchema: unique symbol;

/** The input type of a missing response schema. */
export interface NoSchema {
  readonly [noSchema]: true;
}

/** What a route reads of a response schema: less than all of `Schema` costs the compiler less. */
export interface ResponseSchema<In> {
  readonly "~standard": {
    readonly types?: { readonly input: In; readonly output: unknown } | undefined;
    readonly jsonSchema: object;
  };
}

/** The answers of a route by status; `null` for one without content. */
export type Responses = Readonly<Record<number, ResponseSchema<unknown> | null>>;

/** What a route says of statuses: that of its success, several answers, or nothing. */
export type Statuses = number | Responses | undefined;

/** Types with no members. */
type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ((...args: never) => unknown);

/** What needs no response schema: it has no members that could leave by accident. */
type Plain = string | number | boolean | null;

/** Whether a type holds a secret, down to six levels. */
type HoldsSecret<T, Depth extends readonly unknown[] = []> = Depth["length"] extends 6
  ? false
  : 0 extends 1 & T
    ? false
    : T extends Leaf
      ? false
      : T extends Secret<unknown> | Redacted<unknown>
        ? true
        : T extends readonly (infer E)[]
          ? HoldsSecret<E, [...Depth, 0]>
          : true extends { [K in keyof T]: HoldsSecret<T[K], [...Depth, 0]> }[keyof T]
            ? true
            : false;

/** The body inside what a handler returns. A stream counts as bytes. */
type BodyOf<T> = T extends Reply<infer B> ? B : T extends StreamReply ? Uint8Array : T;

/** The statuses of replies, as far as they are literals. */
type StatusesOf<T> = T extends Reply<unknown, infer S> ? (number extends S ? never : S) : never;

type Later<T> = T | PromiseLike<T>;

/**
 * A type with nothing in it to be changed: literals in a handler keep their types, and arrays of them fit. A `Date` fits in place
 * of text; it is written if the schema says `date-time`, and refused at run time otherwise.
 */
type Unchanging<T> = T extends Leaf ? (string extends T ? T | Date : T) : { readonly [K in keyof T]: Unchanging<T[K]> };

/** The body that a declaration takes. */
export type Body<In> = unknown extends In
  ? unknown
  : [In] extends [Anything]
    ? unknown
    : [In] extends [Declared<infer Result>]
      ? Result
      : Unchanging<In>;

type BodyAt<Schema> = Schema extends ResponseSchema<infer In> ? Body<In> : undefined;

/** A body, alone or in a reply with the declared status. */
type Result<B, S extends number> = B | Reply<B, S>;

/** The results of several answers: a reply for each, and the body alone of those that need none. */
type ResultOfSeveral<A extends Responses> =
  | { [S in keyof A & number]: Reply<Exclude<BodyAt<A[S]>, StreamReply>, S> }[keyof A & number]
  | BodyAt<A[Usual<ContentKeys<A>, 200>]>
  | (Usual<EmptyKeys<A>, 204> extends never ? never : undefined);

type Successful = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;
type EmptyKeys<A extends Responses> = { [S in keyof A & Successful]: A[S] extends null ? S : never }[keyof A & Successful];
type ContentKeys<A extends Responses> = Exclude<keyof A & Successful, EmptyKeys<A>>;

/** The status of a result that names none: the usual one, or the only one. */
type Usual<Keys extends number, S extends number> = S extends Keys ? S : IsOne<Keys> extends true ? Keys : never;
type IsOne<K> = [K] extends [never] ? false : [K] extends [UnionToOne<K>] ? true : false;
type UnionToOne<K> = (K extends unknown ? (k: K) => void : never) extends (k: infer I) => void ? I : never;

/** The result type of a handler if the response schema takes `In`. Without a schema `ResultCheck` of the route decides. */
export type Sendable<In, A extends Statuses> = A extends Responses
  ? Later<ResultOfSeveral<A>>
  : unknown extends In
    ? unknown
    : [In] extends [Anything | NoSchema]
      ? unknown
      : Later<Result<[In] extends [Declared<infer R>] ? R : Unchanging<In>, A extends number ? A : 200>>;

/** A web `Response`, a `Blob` or a `File`, told by what it has: not every program has a type of that name. */
interface WebBody {
  arrayBuffer(): PromiseLike<ArrayBuffer>;
}
/** A web `ReadableStream`. */
interface WebStream {
  getReader(): unknown;
}
/** `FormData`, `URLSearchParams` and `Headers`. */
interface WebList {
  append(name: string, value: string): void;
  delete(name: string): void;
}
/** A generator, which needs `stream()` or `csv()`. */
interface Generated {
  next(): unknown;
}

/** Results that are never sent, with any schema. An object with a `name` and a `message` is not an error. */
type Unsent<B> = B extends
  | bigint
  | symbol
  | ((...args: never) => unknown)
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | PromiseLike<unknown>
  | AsyncIterable<unknown>
  | WebBody
  | WebStream
  | WebList
  | Generated
  ? B
  : B extends Error
    ? "stack" extends keyof B
      ? B
      : never
    : never;

/**
 * Advice for a body that never leaves, or that holds a secret which no schema cuts. A value of type `any` is checked when it is
 * sent.
 */
type OpenCheck<B> = 0 extends 1 & B
  ? unknown
  : FirstAdvice<[NoneOf<Unsent<B>, typeof neverSent>, true extends HoldsSecret<B> ? Advice<typeof holdsSecret> : unknown]>;

/** Advice for a result without a schema and without a status: GET sends 200, and every other method 204. */
type UsualCheck<R, V> = V extends "GET"
  ? PlainCheck<R, 200>
  : FirstAdvice<[UndeclaredCheck<R, 204>, ContentCheck<BodyOf<R>, false>]>;

/** Whether such an answer has content: a success that is not 204. */
type HasContent<S extends number> = `${S}` extends `2${string}` ? true : false;

/** Advice for a result without a schema, unless it is what such a route sends. */
type PlainCheck<R, S extends number> = 0 extends 1 & R
  ? Advice<typeof needsResponse>
  : S extends 204 | 205 | 304
    ? UndeclaredCheck<R, S>
    : FirstAdvice<[UndeclaredCheck<R, S>, ContentCheck<BodyOf<R>, HasContent<S>>]>;

type ContentCheck<B, HasContent> = 0 extends 1 & B
  ? Advice<typeof needsResponse>
  : [B] extends [HasContent extends true ? Plain : undefined | void]
    ? unknown
    : FirstAdvice<
        [
          OpenCheck<B>,
          [B] extends [Plain | undefined | void]
            ? Advice<HasContent extends true ? typeof needsNoContent : typeof needsPlainResponse>
            : [B] extends [Plain | Uint8Array | undefined | void]
              ? Advice<typeof needsType>
              : Advice<typeof needsResponse>,
        ]
      >;

/** Advice for a reply whose status the route does not declare. */
type UndeclaredCheck<R, S extends number> = NoneOf<Exclude<StatusesOf<R>, S>, UndeclaredStatus<Exclude<StatusesOf<R>, S>>>;

/**
 * Advice for a result that needs a response schema, and has none, or that must not leave. If the schema says what it takes, the
 * handler's type is compared with that instead (`Sendable`).
 */
export type ResultCheck<R, In, V, A> = [In] extends [NoSchema | Anything]
  ? [In] extends [Anything]
    ? FirstAdvice<[OpenCheck<BodyOf<Awaited<R>>>, UndeclaredCheck<Awaited<R>, A extends number ? A : Successful>]>
    : A extends Responses
      ? NoneOf<Exclude<keyof A, number>, typeof wrongStatus>
      : // The compiler checks the path once before it knows the handler's type; `HandlerResult` refuses that type.
        unknown extends R
        ? 0 extends 1 & R
          ? Advice<typeof needsResponse>
          : unknown
        : A extends number
          ? PlainCheck<Awaited<R>, A>
          : UsualCheck<Awaited<R>, V>
  : unknown extends In
    ? OpenCheck<BodyOf<Awaited<R>>>
    : unknown;

/** What a handler returns; `unknown` hides what it is, and needs a response schema. */
export type HandlerResult<R, In> = R &
  (unknown extends R ? (unknown extends In ? unknown : In extends NoSchema ? Advice<typeof needsResponse> : unknown) : unknown);
