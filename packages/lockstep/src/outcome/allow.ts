/** An explicit yes. */
import { recogniseEverywhere } from "../brand.ts";

/** A value that `authorize()` hands on although it is not a principal; made by `allow()`. */
export class Allowed<T> {
  static {
    recogniseEverywhere(this, "Allowed");
  }

  /** Private: the type is nominal. */
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }
}

/** Neither a boolean, nor a promise of one, nor an error: none of these is a yes. */
type Permission = string | number | bigint | (object & { readonly then?: never; readonly stack?: never });

/**
 * Returned from `authorize()` to say yes with a value that is neither a principal nor the value of a guard below: a plan, a
 * quota, a list of permissions. It takes no boolean, promise or error, so the answer of a check is never taken for permission;
 * through `any` they refuse.
 *
 * @example
 * ```ts
 * const plan = authorize({ user, db }, async ({ user, db }) => {
 *   const plan = await db.plans.find(user.planId);
 *   return plan.isPaid ? allow(plan) : deny("no paid plan");
 * });
 * ```
 */
export function allow<T extends Permission>(value: T): Allowed<T> {
  return new Allowed(value);
}
