/** What a handler may give back, and what the compiler checks of it. */
import type { Advice } from "../dependency/dependency.ts";
import type { Secret } from "../secret/secret.ts";
import type { Redacted } from "../secret/redacted.ts";
import type { Reply } from "./reply.ts";
import type { StreamReply } from "./stream.ts";

type SecretAdvice = "The result holds a Secret: give the route a response schema without it, or leave it out";

/** Types that hold nothing further. */
type Leaf = string | number | boolean | bigint | symbol | null | undefined | Date | Uint8Array | ((...args: never) => unknown);

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

/** The body inside what a handler gives. */
type BodyOf<T> = T extends Reply<infer B> ? B : T extends StreamReply ? undefined : T;

type SecretCheck<R> = true extends HoldsSecret<BodyOf<Awaited<R>>> ? Advice<SecretAdvice> : unknown;

type Replies<B> = B | Reply<B> | StreamReply;

/** A type with nothing in it to be changed: literals in a handler keep their types, and arrays of them fit. */
type Unchanging<T> = T extends Leaf ? T : { readonly [K in keyof T]: Unchanging<T[K]> };

/** What a handler may give where the response schema takes `In`; anything where there is none (`unknown`). */
export type Sendable<In> = unknown extends In ? unknown : Replies<Unchanging<In>> | PromiseLike<Replies<Unchanging<In>>>;

/** What a handler gives, checked: a secret may stand in it only where a response schema cuts it. */
export type HandlerResult<R, In> = R & (unknown extends In ? SecretCheck<R> : unknown);
