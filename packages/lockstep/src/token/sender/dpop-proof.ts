/**
 * One DPoP proof (RFC 9449 §4.2, §4.3): everything that it must say, and its signature with the key that it brings along. Whether
 * that is the key of the token, and whether the proof was used before, is decided by `dpop.ts`.
 */
import type { JsonObject } from "../../json/strict-json.ts";
import { BuildError, InvalidCredential } from "../../problem/error.ts";
import { InvalidProof } from "../../problem/invalid-proof.ts";
import type { PublicKeyAlgorithm } from "../algorithm.ts";
import { payloadLimits } from "../claims.ts";
import {
  allowedAlgorithm,
  checkMembers,
  type EnvelopeLimits,
  optionalText,
  parseHeader,
  parseJsonPart,
  splitCompactJws,
} from "../compact-jws.ts";
import { hasPrivateMember, readJwk } from "../jwk.ts";
import type { VerificationKey } from "../verification-key.ts";
import { verifySignature } from "../verify-jws.ts";
import { comparableUrl } from "./request-url.ts";

/** What a proof has to fit. */
export interface ProofRules {
  readonly algorithms: readonly PublicKeyAlgorithm[];
  /** How far `iat` may be from now, before or after. Seconds. */
  readonly windowSeconds: number;
}

/** The request that a proof came with. */
export interface ProvenRequest {
  readonly method: string;
  /** The addresses by which the request can be meant, normalised. */
  readonly urls: ReadonlySet<string>;
  /** `ath`: the SHA-256 of the access token, in base64url. */
  readonly tokenHash: string;
}

/** A proof that holds. */
export interface Proof {
  /** The thumbprint of its key (RFC 7638, SHA-256). */
  readonly jkt: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly nonce: string | undefined;
}

/** The longest proof, in bytes. One with an RSA key of 4096 bits has about 2,000. */
export const maxProofBytes = 8_192;
/** The longest `jti`, in characters. */
const maxJtiLength = 256;
/** A proof carries its key, and no address of one. */
const ignoredHeaders: ReadonlySet<string> = new Set(["jwk"]);

/**
 * Verifies a proof.
 *
 * @throws InvalidProof (rejects with it)
 */
export async function verifyProof(text: string, rules: ProofRules, request: ProvenRequest, nowMs: number): Promise<Proof> {
  try {
    const { key, claims } = readProof(text, rules);
    await verifySignature(text, key);
    const read = checkProofClaims(claims, rules, request, nowMs);
    return { jkt: await key.thumbprint(), ...read };
  } catch (cause) {
    throw asInvalidProof(cause);
  }
}

/** A key of the client that cannot be used is the client's mistake, whatever it is called elsewhere. */
function asInvalidProof(cause: unknown): unknown {
  if (cause instanceof InvalidProof) return cause;
  if (cause instanceof InvalidCredential) return new InvalidProof(cause.reason, undefined, { cause });
  if (cause instanceof BuildError && (cause.code === "wrong_key" || cause.code === "weak_key"))
    return new InvalidProof("the key cannot be used", undefined, { cause });
  return cause;
}

interface ReadProof {
  readonly key: VerificationKey;
  readonly claims: JsonObject;
}

function readProof(text: string, { algorithms }: ProofRules): ReadProof {
  const limits: EnvelopeLimits = { maxBytes: maxProofBytes, algorithms, ignoredHeaders };
  if (text.length > maxProofBytes) throw new InvalidProof("too long");
  const { header: encodedHeader, payload } = splitCompactJws(text);
  const header = parseHeader(encodedHeader);
  checkMembers(header, limits);
  const alg = allowedAlgorithm(header, limits);
  optionalText(header, "kid");
  // No other token of the client is a proof (RFC 8725 §3.11).
  if (optionalText(header, "typ") !== "dpop+jwt") throw new InvalidProof("typ is not dpop+jwt");
  return { key: keyOfProof(header["jwk"], alg), claims: parseJsonPart(payload, payloadLimits) };
}

function keyOfProof(jwk: unknown, alg: ReturnType<typeof allowedAlgorithm>): VerificationKey {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) throw new InvalidProof("no jwk");
  if (hasPrivateMember(jwk)) throw new InvalidProof("the jwk is a private key");
  const key = readJwk(jwk, { algorithms: [alg] });
  if ("unused" in key) throw new InvalidProof(`the jwk does not fit: ${key.unused}`);
  return key;
}

function checkProofClaims(claims: JsonObject, rules: ProofRules, request: ProvenRequest, nowMs: number): Omit<Proof, "jkt"> {
  const { htm, htu, ath, jti, iat, nonce } = claims;
  if (htm !== request.method) throw new InvalidProof("htm is another method");
  const url = typeof htu === "string" ? comparableUrl(htu) : undefined;
  if (url === undefined || !request.urls.has(url)) throw new InvalidProof("htu is another address");
  if (ath !== request.tokenHash) throw new InvalidProof("ath is the hash of another token");
  if (typeof jti !== "string" || jti === "" || jti.length > maxJtiLength) throw new InvalidProof("jti is not a name");
  if (nonce !== undefined && typeof nonce !== "string") throw new InvalidProof("nonce is not a text");
  return { jti, iat: checkTimes(claims, iat, rules, nowMs), nonce };
}

/** `exp` and `nbf` are not members of a proof. A client that writes them means them (RFC 7519 §4.1.4, §4.1.5). */
function checkTimes({ exp, nbf }: JsonObject, iat: unknown, { windowSeconds }: ProofRules, nowMs: number): number {
  if (typeof iat !== "number") throw new InvalidProof("iat is not a time");
  // Written so that a clock which does not return a number refuses every proof.
  if (!(Math.abs(nowMs - iat * 1000) <= windowSeconds * 1000)) throw new InvalidProof("iat is too far from now");
  const hasEnded = exp !== undefined && !(typeof exp === "number" && nowMs < exp * 1000);
  const hasBegun = nbf === undefined || (typeof nbf === "number" && nbf * 1000 <= nowMs);
  if (hasEnded || !hasBegun) throw new InvalidProof("not valid at this time");
  return iat;
}
