/** What a handler may return, and what the compiler checks of it. */
import type { Advice, FirstAdvice, NoneOf } from "../dependency/dependency.ts";
import type { Redacted, Secret } from "../secret/redacted.ts";
import type { holdsSecret, needsResponse, neverSent } from "./advice.ts";
import type { MediaBody } from "./media.ts";
import type { Reply } from "../outcome/reply.ts";
import type { StreamReply } from "../outcome/stream.ts";
import type { Anything } from "./unchecked.ts";

declare const noSchema: unique symbol;

/** Stands for the input of a response schema that is not there. */
export interface NoSchema {
  readonly [noSchema]: true;
}

/** Types with no members. */
type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ((...args: never) => unknown);

/** What needs no response schema: it has no members that could leave by accident. */
type Plain = string | number | boolean | null | undefined | void | Uint8Array;

/** Whether a type holds a secret, down to six levels. */
type HoldsSecret<T, Depth extends readonly unknown[] = []> = Depth["length"] extends 6
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

/** The body inside what a handler returns. */
type BodyOf<T> = T extends Reply<infer B> ? B : T extends StreamReply ? undefined : T;

/** What may be sent as it is. */
type Media = string | Uint8Array | Reply<string | Uint8Array | undefined> | StreamReply;

type Replies<B> = B | Reply<B> | StreamReply;

/**
 * A type with nothing in it to be changed: literals in a handler keep their types, and arrays of them fit. A `Date` fits where
 * text does; it is written if the schema says `date-time`, and refused at run time otherwise.
 */
type Unchanging<T> = T extends Leaf ? (string extends T ? T | Date : T) : { readonly [K in keyof T]: Unchanging<T[K]> };

/**
 * What a handler may return if the response schema takes `In`. Without a schema the check of the route says it (`ResultCheck`).
 */
export type Sendable<In> = unknown extends In
  ? unknown
  : [In] extends [Anything | NoSchema]
    ? unknown
    : [In] extends [MediaBody]
      ? Media | PromiseLike<Media>
      : Replies<Unchanging<In>> | PromiseLike<Replies<Unchanging<In>>>;

/** A web `Response`, told by what it has: not every program has a type of that name. */
interface WebResponse {
  readonly bodyUsed: boolean;
  readonly redirected: boolean;
}

/** The results that never leave, whatever schema there is. An object with a `name` and a `message` is no error. */
type Unsent<B> = B extends
  | bigint
  | symbol
  | ((...args: never) => unknown)
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WebResponse
  ? B
  : B extends Error
    ? "stack" extends keyof B
      ? B
      : never
    : never;

/** Advice for a body that never leaves, or that holds a secret which no schema cuts. What is `any` is checked when it is sent. */
type OpenCheck<B> = 0 extends 1 & B
  ? unknown
  : FirstAdvice<[NoneOf<Unsent<B>, typeof neverSent>, true extends HoldsSecret<B> ? Advice<typeof holdsSecret> : unknown]>;

/** Advice for a body without a schema, unless it has no members. */
type PlainCheck<R, B> = 0 extends 1 & B
  ? Advice<typeof needsResponse>
  : // The compiler checks the path once before it knows the handler's type, which is `unknown` then; `HandlerResult` refuses that type.
    unknown extends R
    ? unknown
    : [B] extends [Plain]
      ? unknown
      : FirstAdvice<[OpenCheck<B>, Advice<typeof needsResponse>]>;

/**
 * Advice for a result that needs a response schema, and has none, or that must not leave. If the schema says what it takes, the
 * handler's type is compared with that instead (`Sendable`).
 */
export type ResultCheck<R, In> = unknown extends In
  ? OpenCheck<BodyOf<Awaited<R>>>
  : [In] extends [NoSchema]
    ? PlainCheck<R, BodyOf<Awaited<R>>>
    : [In] extends [Anything]
      ? OpenCheck<BodyOf<Awaited<R>>>
      : unknown;

/** What a handler returns; `unknown` hides what it is, and needs a response schema. */
export type HandlerResult<R, In> = R &
  (unknown extends R ? (unknown extends In ? unknown : In extends NoSchema ? Advice<typeof needsResponse> : unknown) : unknown);
