/** Verifiers that are made of others: the shape that all have, and which issuers each one accepts. */
import type { TokenAudience, TokenIssuer } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { claimsOf, refuseBound } from "../token/claims-dependency.ts";
import type { Claims } from "../token/claims.ts";
import { audiencesOf, type JwtVerifier } from "../token/jwt-verifier.ts";
import type { DocumentedIssuer } from "./issuer-docs.ts";

/** The tokens that a verifier accepts. */
export interface Accepted {
  /** The exact `iss` of its JWTs. */
  readonly issuers: readonly string[];
  /** Whether it asks about opaque tokens. */
  readonly introspects: boolean;
  /** For the documentation. */
  readonly documented: readonly TokenIssuer[];
  /** The audiences that the tokens must have, as far as they are known. */
  readonly audiences: readonly TokenAudience[];
  /** The same issuers, as the entries of a security scheme. */
  readonly entries: readonly DocumentedIssuer[];
}

/** The parts of a verifier. */
export interface VerifierParts extends Accepted {
  /** The text that the verifier is known by. */
  readonly issuer: string;
  /** The longest token, in bytes. */
  readonly maxTokenBytes: number;
  /** Verifies the text of a token. */
  readonly verify: (token: Redacted<string>) => Claims | Promise<Claims>;
  readonly ready: () => Promise<void>;
}

const known = new WeakMap<JwtVerifier, Accepted>();

/** Makes a verifier of its parts. */
export function tokenVerifier({ issuer, maxTokenBytes, verify, ready, ...accepted }: VerifierParts): JwtVerifier {
  const checked = refuseBound((token) => {
    if (token instanceof Redacted) return verify(token);
    throw new BuildError("wrong_option", "Pass verify() the credential that a scheme extracted: it is a Redacted value");
  });
  const made = Object.freeze({
    issuer,
    maxTokenBytes,
    claims: claimsOf(checked, maxTokenBytes, { issuers: accepted.documented, audiences: accepted.audiences }),
    verify: checked,
    ready,
  });
  known.set(made, accepted);
  return made;
}

/** Which tokens a verifier accepts. A `jwtVerifier()` accepts the JWTs of its issuer. */
export function acceptedBy(verifier: JwtVerifier): Accepted {
  const { issuer } = verifier;
  return (
    known.get(verifier) ?? {
      issuers: [issuer],
      introspects: false,
      documented: [{ issuer, tokens: ["jwt"] }],
      audiences: audiencesOf(verifier),
      entries: [{ issuer }],
    }
  );
}

/** Tells a verifier from other values. */
export function isVerifier(value: unknown): value is JwtVerifier {
  return typeof value === "object" && value !== null && "verify" in value && "issuer" in value && typeof value.issuer === "string";
}
