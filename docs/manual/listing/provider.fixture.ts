/** Signs the tokens of providers, for the listings about them: one key signs for all. */
import { generateSigningKey, type IssuedClaims, jwks, jwtIssuer, publicJwks, signingKey } from "lockstep/jwt";

const key = signingKey(await generateSigningKey("ES256"));

/** The public keys. In production, `oidc({ issuer })` finds those of the issuer. */
export const keys = jwks(publicJwks([key]));

/** The names of an issuer and of an API. */
export interface Issued {
  readonly issuer: string;
  readonly audience: string;
}

/** Issues a token as a provider does whose tokens have the type `JWT`. */
export async function providerToken({ issuer, audience }: Issued, claims: IssuedClaims): Promise<string> {
  return jwtIssuer({ issuer, audience, key, lifetimeSeconds: 300, typ: "JWT" }).issue(claims);
}
