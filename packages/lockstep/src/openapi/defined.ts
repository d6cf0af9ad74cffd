/** Writing objects without what is absent: OpenAPI leaves it out, it is never null. */

/** The members of `T`, of which those that are optional may be given as `undefined`. */
export type Members<T> = { readonly [K in keyof T]: T[K] | (object extends Pick<T, K> ? undefined : never) };

/** The object without the members that are `undefined`. */
export function defined<T extends object>(members: Members<T>): T {
  // Only optional members can be undefined, and those are left out.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
