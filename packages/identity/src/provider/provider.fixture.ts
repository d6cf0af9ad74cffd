/** An identity provider for tests: it signs whatever claims a test wants, with a key of its own. */
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { type Jwk, jwks, type JwtVerifier, jwtVerifier } from "lockstep/jwt";
import { type IdentityProvider, identityProvider, issuers, rfc9068 } from "lockstep/oidc";
import { byIssuer } from "lockstep/oidc";
import { SignJWT } from "jose";
import type { TestClock } from "../settings.fixture.ts";

/** Claims of a token; `undefined` leaves one out. */
export type TokenMembers = Readonly<Record<string, unknown>>;

/** One issuer with one key. */
export class TestProvider {
  readonly issuer: string;
  readonly verifier: JwtVerifier;
  readonly #clock: TestClock;
  readonly #key: KeyObject;

  constructor(clock: TestClock, issuer = "https://login.test") {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "ES256", use: "sig" } as unknown as Jwk;
    this.issuer = issuer;
    this.#clock = clock;
    this.#key = privateKey;
    this.verifier = jwtVerifier({
      issuer,
      audience: "https://api.test",
      keys: jwks({ keys: [key] }),
      algorithms: ["ES256"],
      typ: "at+jwt",
      clock: clock.read,
    });
  }

  /** Signs a token of a person, issued now, which the changes make into another one. */
  token(changes: TokenMembers = {}): Promise<string> {
    const now = Math.floor(this.#clock.now / 1000);
    const claims = {
      iss: this.issuer,
      aud: "https://api.test",
      sub: "alice",
      client_id: "web",
      jti: randomUUID(),
      scope: "notes:read notes:write",
      iat: now,
      exp: now + 300,
      ...changes,
    };
    return new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "k1" }).sign(this.#key);
  }
}

/** Some issuers as one provider. */
export function providerOf(first: TestProvider, ...others: readonly TestProvider[]): IdentityProvider {
  const all = [first, ...others];
  const tokens = others.length === 0 ? first.verifier : issuers([first.verifier, ...others.map(({ verifier }) => verifier)]);
  return identityProvider({ tokens, map: byIssuer(Object.fromEntries(all.map(({ issuer }) => [issuer, rfc9068()]))) });
}
