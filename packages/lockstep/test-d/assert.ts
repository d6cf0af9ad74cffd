/** What the type tests say of types. Nothing here runs: the tests are compiled only. */
/** Whether a type is `any`, which would accept every wrong program. */
export type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether two types are the same, `any` and `readonly` included. */
export type Equal<A, B> = (<G>() => G extends A ? 1 : 2) extends <G>() => G extends B ? 1 : 2 ? true : false;

/** The facts that the compiler knows of a dependency. */
export type KnownOf<D extends { readonly "~dep": { readonly known: unknown } }> = D["~dep"]["known"];

/** Compiles where the claim is true. */
export declare function holds<Claim extends true>(): Claim;

/** Returns a value of a type, if only the type matters. */
export declare function some<T>(): T;
