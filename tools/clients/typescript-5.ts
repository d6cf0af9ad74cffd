/**
 * Lets the generators of clients find the TypeScript of this folder: `node --import ./tools/clients/typescript-5.ts …`. They need
 * the API of version 5, and some of them are installed where they would find version 7, which has another one.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier === "typescript" ? { ...context, parentURL: import.meta.url } : context),
});
