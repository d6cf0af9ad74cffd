/** Members of objects: reads those of an application's or a client's object, and leaves out absent ones when writing. */

/** A member of an object or, for an instance of a class, of its prototypes; never one of `Object.prototype`. */
export function readMember(value: object, name: string): unknown {
  return Object.hasOwn(value, name) || (name in value && !(name in Object.prototype)) ? Reflect.get(value, name) : undefined;
}

/** The members of `T`, of which those that are optional may be given as `undefined`. */
export type Members<T> = { readonly [K in keyof T]: T[K] | (object extends Pick<T, K> ? undefined : never) };

/** The object without the members that are `undefined`. */
export function defined<T extends object>(members: Members<T>): T {
  // Only optional members can be undefined, and those are left out.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
