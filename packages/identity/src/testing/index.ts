/** `lockstep-identity/testing`: the suite that every database driver passes. It runs under `node:test`. */
export { storeSuite, type StoreSuiteOptions, type StoreUnderTest } from "./store-suite.ts";
