/** Members of values that an application or a client made. */

/** A member of an object or, for an instance of a class, of its prototypes; never one of `Object.prototype`. */
export function readMember(value: object, name: string): unknown {
  return Object.hasOwn(value, name) || (name in value && !(name in Object.prototype)) ? Reflect.get(value, name) : undefined;
}
