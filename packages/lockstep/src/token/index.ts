/**
 * `lockstep/jwt`: access tokens that are verified strictly, and issued. A resource server needs `jwtVerifier` and one of
 * `jwks`, `remoteJwks`, `liveJwks` and `hmacSecret`; the rest is for what issues tokens.
 */
export { jwtVerifier } from "./jwt-verifier.ts";
export type { JwtVerifier } from "./jwt-verifier.ts";
export type { JwtVerifierOptions, VerifierKeys } from "./verifier-options.ts";
export type { ExpectedType } from "./token-type.ts";
export type { Claims } from "./claims.ts";
export type { ClaimsOf } from "./claims-dependency.ts";
export { parseScope } from "./scope-claim.ts";

export { jwks } from "./jwks.ts";
export { remoteJwks } from "./remote-jwks.ts";
export type { RemoteJwksOptions, RemoteKeyTimes } from "./remote-jwks.ts";
export type { OutboundOptions } from "./outbound.ts";
export type { Discovery } from "./issuer-metadata.ts";
export { liveJwks } from "./live-jwks.ts";
export type { LiveJwks, LiveJwksOptions } from "./live-jwks.ts";
export { hmacSecret } from "./hmac-secret.ts";
export type { HmacSecret, HmacSecretOptions, SecretBytes } from "./hmac-secret.ts";
export type { PublicKeys } from "./key-source.ts";
export type { Jwk } from "./jwk.ts";
export type { Jwks } from "./key-set.ts";
export type { Algorithm, PublicKeyAlgorithm, SecretKeyAlgorithm } from "./algorithm.ts";

export { jwtIssuer } from "./jwt-issuer.ts";
export type { IssuedClaims, JwtIssuer, JwtIssuerOptions } from "./jwt-issuer.ts";
export { generateSigningKey, publicJwks, signingKey } from "./signing-key.ts";
export type { PrivateJwk, SigningKey } from "./signing-key.ts";
