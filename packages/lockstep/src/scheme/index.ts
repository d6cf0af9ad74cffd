/**
 * `lockstep/scheme`: for writing a security scheme of your own. A scheme finds a credential in a request, challenges for it and
 * documents it. `scheme()` makes the dependency that you pass to `authenticate()`.
 */

// The contract.
export { scheme, type Scheme } from "./scheme.ts";
export {
  type Ambient,
  type ChallengeDetails,
  type CredentialPlace,
  type Extraction,
  type SchemeDefinition,
} from "../dependency/scheme-definition.ts";
export { type CredentialSource } from "../dependency/source.ts";

// Finding a credential.
export { maxCredentialBytes } from "../dependency/scheme-definition.ts";
export { findCredential } from "./authorization-header.ts";
export { findHeader } from "./header-value.ts";
export { findParameters } from "./credential-parameters.ts";
export { malformedCredential, repeatedCredential } from "./extraction.ts";
export { type Refusal } from "../outcome/refusal.ts";

// Challenging for it.
export { buildChallenge } from "./www-authenticate.ts";

// Options that a function which makes schemes can take.
export { type SchemeOptions, type ScopedOptions } from "./option.ts";
