/**
 * Gives the generators of clients the TypeScript of this folder: `node --import ./tools/clients/typescript-5.ts …`. They need its
 * API, which version 7 does not have, and some of them are installed where they would find version 7.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier === "typescript" ? { ...context, parentURL: import.meta.url } : context),
});
