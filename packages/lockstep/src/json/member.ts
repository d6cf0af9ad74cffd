/** Members of objects: reads those of an application's or a client's object, and leaves out absent ones when writing. */

/** A member of an object or, for an instance of a class, of its prototypes; never one of `Object.prototype`. */
export function readMember(value: object, name: string): unknown {
  return Object.hasOwn(value, name) || (name in value && !(name in Object.prototype)) ? Reflect.get(value, name) : undefined;
}

/**
 * Tells whether a member says nothing: `undefined`, `null` or an empty list. Serializers write the last two for what an object
 * does not have.
 */
export function isAbsent(value: unknown): value is undefined | null | readonly [] {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** The members of `T`, of which those that are optional may be given as `undefined`. */
export type Members<T> = { readonly [K in keyof T]: T[K] | (object extends Pick<T, K> ? undefined : never) };

/** The object without the members that are `undefined`. */
export function defined<T extends object>(members: Members<T>): T {
  // Only optional members can be undefined, and those are left out.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
