/** Claims of tokens, as a verifier gives them. */
import type { Claims } from "lockstep/jwt";

/** Claims of a token of the tests' issuer. The given claims replace or add to them. */
export function tokenClaims(claims: Partial<Claims> = {}): Claims {
  return { iss: "https://as.test", sub: "alice", aud: "https://api.test", iat: 1000, exp: 1600, rev: 0, ...claims };
}
