/**
 * Sender constraints as options of bearer schemes: which scheme of `Authorization` a token may come with, how it is challenged
 * for and how it is documented. Whether the sender may use the token is decided in `token/sender/`.
 */
import { PresentedToken, ruleOf, type SenderConstraint, type SenderRule } from "../dependency/presented-token.ts";
import type { ChallengeDetails, Extraction } from "../dependency/scheme-definition.ts";
import type { CredentialSource } from "../dependency/source.ts";
import { BuildError } from "../problem/error.ts";
import { isProofError } from "../problem/invalid-proof.ts";
import { findCredential } from "./authorization-header.ts";
import { malformedCredential } from "./extraction.ts";
import { buildChallenge } from "./www-authenticate.ts";

/**
 * Checks the option `senderConstraint`, and returns its rule.
 *
 * @throws BuildError `wrong_option`
 */
export function checkSender(factory: string, constraint: SenderConstraint | undefined): SenderRule | undefined {
  const rule = ruleOf(constraint);
  if (rule !== undefined || constraint === undefined) return rule;
  throw new BuildError(
    "wrong_option",
    `${factory}({ senderConstraint }): pass dpop({ … }) or mutualTlsBound({ … }) of lockstep/jwt, or leave it out`,
  );
}

const plainBearer = malformedCredential("a bearer token without a proof, and dpop({ required: true })");

/** Finds the token of a request, and keeps how it came: nobody reads it before its sender has been checked. */
export function extractPresented(source: CredentialSource, maxBytes: number, rule: SenderRule): Extraction<string> {
  if (rule.method === "dpop") {
    const proven = findCredential(source, "dpop", maxBytes);
    if (proven !== undefined) return typeof proven === "string" ? new PresentedToken(proven, { scheme: "dpop", source }) : proven;
  }
  const found = findCredential(source, "bearer", maxBytes);
  if (typeof found !== "string") return found;
  if (rule.method === "dpop" && rule.required) return plainBearer;
  return new PresentedToken(found, { scheme: "bearer", source });
}

/** The challenges: that of DPoP (RFC 9449 §7.1), and that of bearer tokens if they are accepted as well. */
export function challengeSender(rule: SenderRule, details: ChallengeDetails): string | readonly string[] {
  if (rule.method !== "dpop") return challengeBearer(details);
  const proof = challenge("DPoP", details, { algs: rule.algorithms?.join(" ") });
  if (rule.required) return proof;
  const { error, ...others } = details;
  // The proof is what is wrong: a bearer token has none.
  return [challengeBearer(error === undefined || isProofError(error) ? others : details), proof];
}

/**
 * The challenge of RFC 6750 §3, with RFC 9728 §5.1's `resource_metadata` so that clients find the authorization server, and what
 * RFC 9470 §3 demands of the sign-in.
 */
export function challengeBearer(details: ChallengeDetails): string {
  return challenge("Bearer", details);
}

function challenge(scheme: string, details: ChallengeDetails, more: Readonly<Record<string, string | undefined>> = {}): string {
  return buildChallenge(scheme, {
    realm: details.realm,
    error: details.error,
    error_description: details.errorDescription,
    scope: details.scope,
    acr_values: details.acrValues,
    max_age: details.maxAgeSeconds?.toString(),
    ...more,
    resource_metadata: details.resourceMetadata,
  });
}

/** The members of the OpenAPI object that tell of the constraint. */
export function documentSender(
  { method, required, algorithms, needsNonce }: SenderRule,
  description: string | undefined,
): Readonly<Record<string, unknown>> {
  const constraint = method === "dpop" ? { method, required, algorithms, nonce: needsNonce === true } : { method, required };
  const words = method === "dpop" ? dpopWords(required) : mutualTlsWords(required);
  return {
    description: description === undefined ? words : `${description}\n\n${words}`,
    "x-lockstep-sender-constraint": constraint,
  };
}

/** The OpenAPI object of a scheme of the type `http`. */
export function openapiOfBearer(sender: SenderRule | undefined): Readonly<Record<string, unknown>> {
  return { type: "http", scheme: sender?.method === "dpop" && sender.required ? "dpop" : "bearer" };
}

/** The members that every entry of the document about a scheme has. */
export function sharedMembers(openapi: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const shared = ["description", "x-lockstep-sender-constraint"].filter((name) => Object.hasOwn(openapi, name));
  return Object.fromEntries(shared.map((name) => [name, openapi[name]]));
}

function dpopWords(required: boolean): string {
  return required
    ? "Tokens are bound to a key of the client (DPoP, RFC 9449): send `Authorization: DPoP <token>` and a proof in `DPoP`."
    : "A token that is bound to a key of the client (DPoP, RFC 9449) is sent as `Authorization: DPoP <token>` with a proof in `DPoP`. Other tokens are sent as `Authorization: Bearer <token>`.";
}

function mutualTlsWords(required: boolean): string {
  return required
    ? "Tokens are bound to the client's certificate (RFC 8705 §3): send them on a TLS connection with that certificate."
    : "A token that is bound to the client's certificate (RFC 8705 §3) is accepted only on a TLS connection with that certificate.";
}
