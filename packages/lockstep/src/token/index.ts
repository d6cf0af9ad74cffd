/**
 * `lockstep/jwt`: access tokens that are verified strictly, and issued. A resource server needs `jwtVerifier` and one of
 * `jwks`, `remoteJwks`, `liveJwks` and `hmacSecret`. The rest is for an API that issues tokens.
 */

// Verifying tokens.
export { jwtVerifier, type JwtVerifier } from "./jwt-verifier.ts";
export {
  type InteropOptions,
  type JwtInteropOptions,
  type JwtVerifierOptions,
  type TokenOptions,
  type VerifierKeys,
} from "./verifier-options.ts";
export { type AuthorizedParties, type ExpectedAudience, type ExtraAudiences } from "./audience.ts";
export { type RequiredClaims } from "./required-claims.ts";
export { type SubjectClaim } from "./subject.ts";
export { type WithoutIssuer } from "./issuer-claim.ts";
export { type IgnoredHeader } from "./compact-jws.ts";
export { type Absent, type ExpectedType } from "./token-type.ts";
export { type Claims } from "./claims.ts";
export { type ClaimsOf } from "./claims-dependency.ts";
export { parseScope, type ScopeClaim } from "./scope-claim.ts";

// The keys to verify with.
export { jwks, type JwksOptions } from "./jwks.ts";
export { type PemKey } from "./pem.ts";
export { remoteJwks, type RemoteJwksOptions, type RemoteKeyTimes } from "./remote-jwks.ts";
export { type OutboundHeaders, type OutboundOptions } from "./outbound.ts";
export { type Discovery } from "./issuer-metadata.ts";
export { liveJwks, type LiveJwks, type LiveJwksOptions } from "./live-jwks.ts";
export { type ProblemListener } from "./key-refusal.ts";
export { hmacSecret, type HmacSecret, type HmacSecretOptions, type SecretBytes } from "./hmac-secret.ts";
export { type PublicKeys } from "./key-source.ts";
export { type Jwk, type KeyUse } from "./jwk.ts";
export { type Jwks } from "./key-set.ts";
export { type Algorithm, type PublicKeyAlgorithm, type SecretKeyAlgorithm } from "./algorithm.ts";

// Tokens that only their holder may use.
export { dpop } from "./sender/dpop.ts";
export { type DpopOptions } from "./sender/dpop-options.ts";
export { type DpopNonceOptions } from "./sender/dpop-nonce.ts";
export { mutualTlsBound, type MutualTlsBoundOptions } from "./sender/mutual-tls-bound.ts";
export { type ProofReplays } from "./sender/proof-replays.ts";
export { memoryProofReplays, type MemoryProofReplaysOptions } from "./sender/memory-proof-replays.ts";
export { postgresProofReplays, type PostgresProofReplaysOptions, type ProofPool } from "./sender/postgres-proof-replays.ts";
export { type ProofRedis, redisProofReplays, type RedisProofReplaysOptions } from "./sender/redis-proof-replays.ts";
export { type SenderConstraint } from "../dependency/presented-token.ts";

// Issuing tokens.
export { jwtIssuer, type IssuedClaims, type JwtIssuer, type JwtIssuerOptions } from "./jwt-issuer.ts";
export { generateSigningKey, publicJwks, signingKey, type PrivateJwk, type SigningKey } from "./signing-key.ts";
