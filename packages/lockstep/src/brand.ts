/**
 * Recognising one's own classes across copies of the package. npm may install two; `instanceof` would then not know the other's
 * denial for one, and a refusal would be taken for a principal. An instance is recognised whichever copy made it.
 */

/** Makes `instanceof` of this class know the instances of every copy of the package. Subclasses are asked in the ordinary way. */
export function recogniseEverywhere(constructor: { readonly prototype: object }, name: string): void {
  const brand = Symbol.for(`lockstep.${name}`);
  Object.defineProperty(constructor.prototype, brand, { value: true });
  Object.defineProperty(constructor, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== constructor) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === "object" && value !== null && brand in value;
    },
  });
}
