/** An explicit yes. */
import { recogniseEverywhere } from "../brand.ts";

/** A value that `authorize()` gives out although it is no principal; made by `allow()`. */
export class Allowed<T> {
  static {
    recogniseEverywhere(this, "Allowed");
  }

  /** Private, so that the type is nominal. */
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }
}

/**
 * Returned from `authorize()` to say yes with a value that is neither a principal nor the value of a guard below: a plan, a
 * quota, a list of permissions. It takes no boolean, so that the answer of a check is never taken for permission; one that comes through
 * `any`, a promise, an error and nothing refuse.
 *
 * @example
 * ```ts
 * const plan = authorize({ user, db }, async ({ user, db }) => {
 *   const plan = await db.plans.find(user.planId);
 *   return plan.isPaid ? allow(plan) : deny("no paid plan");
 * });
 * ```
 */
export function allow<T extends object | string | number | bigint>(value: T): Allowed<T> {
  return new Allowed(value);
}
