/** What a handler may give back, and what the compiler checks of it. */
import type { Advice } from "../dependency/dependency.ts";
import type { AnySchema, InputOf } from "../input/schema.ts";
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

/**
 * What the handler of a route gives: with a response schema something that fits the schema's input; without one anything
 * that holds no secret.
 */
export type HandlerResult<R, S> = S extends AnySchema ? Replies<InputOf<S>> | PromiseLike<Replies<InputOf<S>>> : R & SecretCheck<R>;
