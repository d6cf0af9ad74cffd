/** Whether two JSON Schemas mean the same, wherever the schemas are that they refer to. */
import { followReference, type JsonSchema } from "../schema/json-schema.ts";

/** A schema, and the document that its references lead into. */
export interface Located {
  readonly schema: unknown;
  readonly root: JsonSchema;
}

/** Compares by content. References are followed: the names that libraries number differ from schema to schema. */
export function isSameSchema(one: Located, other: Located): boolean {
  const assumed = new Map<object, Set<object>>();
  const isSame = (a: unknown, b: unknown): boolean => {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
    const others = assumed.get(a) ?? new Set();
    if (others.has(b)) return true;
    // Schemas that lead back to themselves are the same until they prove otherwise.
    assumed.set(a, others.add(b));
    if (Array.isArray(a) || Array.isArray(b)) {
      return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
    }
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isSameMember(key, Reflect.get(a, key), Reflect.get(b, key)))
    );
  };
  const isSameMember = (key: string, a: unknown, b: unknown): boolean => {
    if (key !== "$ref" || typeof a !== "string" || typeof b !== "string") return isSame(a, b);
    return isSame(followReference(one.root, a, "a reference"), followReference(other.root, b, "a reference"));
  };
  return isSame(one.schema, other.schema);
}
