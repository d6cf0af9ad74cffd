/**
 * `lockstep/testing`: suites for those who build on Lockstep. It runs under `node:test`.
 */
export { hostSuite, type ServedApi } from "./host-suite.ts";
