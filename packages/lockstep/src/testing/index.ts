/** `lockstep/testing`: the suite that every host passes. It runs under `node:test`. */
export { hostSuite, type HostSuiteOptions, type ServedApi } from "./host-suite.ts";
