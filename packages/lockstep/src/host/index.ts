/**
 * `lockstep/host`: for writing a host of your own. A host wraps its request in a `HostRequest`, gets the API's dispatcher with
 * `dispatcherOf(api)`, and writes the `HostResponse`. `hostSuite()` of `lockstep/testing` shows whether it is right.
 */

// The contract.
export { dispatcherOf, type HostKnowledge } from "./host.ts";
export { type HostedApi, type HostedRoute, type HostExchange, type HostMatch, type Unmatched } from "./host.ts";
export { type ClientCertificate, type HostRequest, type HostResponse } from "./host.ts";
export { type HostSocket, type HostUpgrade, type SocketListener } from "./host.ts";

// Writing answers.
export { answerToError, malformedPath } from "../outcome/answer.ts";
export { type Answer } from "../problem/problem.ts";
export { isBodiless } from "../http/bodiless.ts";
export { discard, Pieces } from "./body.ts";

// Checks that nobody awaited.
export { watchUnawaited } from "./unawaited.ts";

// The networks of a client's address.
export { networksOf, type Networks, unknownNetwork } from "../http/networks.ts";
