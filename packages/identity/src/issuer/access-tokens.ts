/**
 * Access tokens (RFC 9068). They are issued with the current signing key, verified by the rules of `lockstep/jwt`, and refused as
 * soon as the revocation log says so. The grants decide who gets one, and with which scope.
 */
import { InvalidCredential, type Redacted } from "lockstep";
import {
  type Claims,
  type Jwks,
  type JwtIssuer,
  jwtIssuer,
  type JwtVerifier,
  jwtVerifier,
  type LiveJwks,
  liveJwks,
  type SigningKey,
} from "lockstep/jwt";
import type { EventOrigin } from "../audit/auditor.ts";
import { SingleFlight } from "../mechanism/single-flight.ts";
import { type SubjectType, subjectTypeOf } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import { type SigningKeyOptions, SigningKeys } from "./signing-keys.ts";

/** Answers whether tokens were revoked. `RevocationFeed` implements it. */
export interface RevocationCheck {
  /** Whether one of a token's keys was revoked after the token was issued, as far as this node knows. */
  isRevoked(claims: Claims): boolean | Promise<boolean>;
  /** The same, answered by the database; also whether the key that signed the token (`kid`) was taken out of use. */
  isRevokedInDatabase(claims: Claims, kid?: string): Promise<boolean>;
  /** Calls the listener with the id of every signing key that is taken out of use. */
  onSigningKey(listener: (kid: string) => void): void;
}

/** The contents of a token to issue. */
export interface TokenGrant {
  /** The id of the account or of the client. */
  readonly sub: string;
  /** Which of both it is. */
  readonly subType: SubjectType;
  readonly clientId: string;
  /** Scopes separated by single spaces; empty for none. */
  readonly scope: string;
  /** The session that it belongs to. */
  readonly sessionId?: string | undefined;
  /** When the user signed in, in milliseconds since 1970. */
  readonly authenticatedAt?: number | undefined;
  /** The position of the revocation log, read before, or together with, the data that decided to issue the token. */
  readonly position: number;
}

/** A token that was issued. It is a credential: send it once and do not log it. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** The longest life of an access token. */
const longestTokenSeconds = 600;

/** Issues and verifies the access tokens of one service. */
export class AccessTokens {
  /** The keys that sign. */
  readonly signingKeys: SigningKeys;
  readonly #settings: Settings;
  readonly #feed: RevocationCheck;
  readonly #keys: LiveJwks;
  readonly #verifier: JwtVerifier;
  #signer: { readonly key: SigningKey; readonly issuer: JwtIssuer } | undefined;
  readonly #reading = new SingleFlight(() => this.#readKeys());
  /** How many signing keys were taken out of use since this node last read the keys. */
  #missed = 0;
  #isClosed = false;

  private constructor(settings: Settings, feed: RevocationCheck, options: SigningKeyOptions) {
    const { issuer, audience, clock } = settings;
    const signingKeys = new SigningKeys(settings, options);
    this.signingKeys = signingKeys;
    this.#settings = settings;
    this.#feed = feed;
    this.#keys = liveJwks({ load: () => signingKeys.freshJwks() });
    this.#verifier = jwtVerifier({
      issuer,
      audience,
      keys: this.#keys,
      algorithms: ["ES256"],
      typ: "at+jwt",
      maxLifetimeSeconds: longestTokenSeconds,
      clock,
      revoked: (claims) => {
        if (!hasPosition(claims)) throw new InvalidCredential("no position in the revocation log");
        if (subjectTypeOf(claims) === undefined) throw new InvalidCredential("sub_type is missing or contradicts sub");
        return feed.isRevoked(claims);
      },
    });
    feed.onSigningKey(() => {
      // If it fails, the next token tries again.
      if (!this.#isClosed) this.#followKeys().catch(() => {});
    });
  }

  /**
   * Opens the keys. In an empty database, it creates the first one.
   *
   * @throws SealBroken if the keys are sealed under an `IDENTITY_KEY` that this node does not have
   * @throws BuildError `wrong_option` for times that are out of range
   * @throws Unavailable while the database is away
   */
  static async open(settings: Settings, feed: RevocationCheck, options: SigningKeyOptions = {}): Promise<AccessTokens> {
    const tokens = new AccessTokens(settings, feed, options);
    try {
      await tokens.ready();
      return tokens;
    } catch (error) {
      await tokens.close();
      throw error;
    }
  }

  /**
   * Issues a token.
   *
   * @throws BuildError `wrong_option` if its contents cannot be in a token
   * @throws Unavailable while the database is away
   */
  async issue({ sub, subType, clientId, scope, sessionId, authenticatedAt, position }: TokenGrant): Promise<IssuedToken> {
    if (this.#missed > 0) await this.#caughtUp();
    const issuer = await this.#issuer();
    const token = await issuer.issue({
      sub,
      sub_type: subType,
      client_id: clientId,
      ...(scope === "" ? {} : { scope }),
      ...(sessionId === undefined ? {} : { sid: sessionId }),
      // RFC 9068 §2.2.1.
      ...(authenticatedAt === undefined ? {} : { auth_time: Math.floor(authenticatedAt / 1000) }),
      rev: position,
    });
    return { token, expiresInSeconds: this.#lifetimeSeconds };
  }

  /**
   * Verifies a token, without asking the database. A token that was verified before is answered synchronously.
   *
   * @throws InvalidCredential (or rejects with it) if the token is refused
   * @throws Unavailable (or rejects with it) while the keys cannot be read
   */
  verify(token: Redacted<string>): Claims | Promise<Claims> {
    return this.#missed > 0 ? this.#verifyLater(token) : this.#verifier.verify(token);
  }

  /**
   * Verifies a token and asks the database, so a token that was revoked before the call is refused even if this node is behind.
   * One statement asks about the token and about the key that signed it.
   *
   * @throws InvalidCredential if the token is refused
   * @throws Unavailable while the database is away
   */
  async verifyFresh(token: Redacted<string>): Promise<Claims> {
    // Verify it first, so a token that is refused in any case costs no query.
    const claims = await this.verify(token);
    if ((await this.#feed.isRevokedInDatabase(claims, keyIdOf(token))) !== false) throw new InvalidCredential("revoked");
    return claims;
  }

  /** Returns the key set to publish at `jwks_uri`. @throws Unavailable while the database is away */
  jwks(): Promise<Jwks> {
    return this.signingKeys.jwks();
  }

  /** Resolves when tokens can be issued and verified. @throws SealBroken, Unavailable */
  async ready(): Promise<void> {
    await this.signingKeys.ready();
    await this.#verifier.ready();
  }

  /**
   * Takes a signing key out of use at once (`SigningKeys.retireCompromised`). When it resolves, this node refuses its tokens.
   *
   * @throws Unavailable while the database is away
   */
  async retireCompromised(kid: string, origin: EventOrigin = {}): Promise<boolean> {
    const isRetired = await this.signingKeys.retireCompromised(kid, origin);
    await this.#followKeys();
    return isRetired;
  }

  /** Stops following the revocation log. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading.idle();
  }

  get #lifetimeSeconds(): number {
    return Math.min(this.#settings.lifetimes.accessTokenSeconds, longestTokenSeconds);
  }

  async #issuer(): Promise<JwtIssuer> {
    const key = await this.signingKeys.current();
    if (this.#signer?.key === key) return this.#signer.issuer;
    const { issuer, audience, clock } = this.#settings;
    const made = jwtIssuer({ issuer, audience, key, lifetimeSeconds: this.#lifetimeSeconds, typ: "at+jwt", clock });
    this.#signer = { key, issuer: made };
    return made;
  }

  async #verifyLater(token: Redacted<string>): Promise<Claims> {
    await this.#caughtUp();
    return this.#verifier.verify(token);
  }

  /**
   * Reads the keys after one was taken out of use. Until that succeeds no token is accepted, because any could be signed with it.
   */
  #followKeys(): Promise<void> {
    this.#missed += 1;
    return this.#reading.runAgain();
  }

  async #readKeys(): Promise<void> {
    const missed = this.#missed;
    await this.#keys.refresh();
    // If another key was taken out of use meanwhile, the count stays above zero and the keys are read again.
    this.#missed -= missed;
  }

  async #caughtUp(): Promise<void> {
    await this.#reading.idle();
    // Read again after a failure, because the database may be back, and if another key was taken out of use meanwhile.
    while (this.#missed > 0) await this.#reading.run();
  }
}

function hasPosition(claims: Claims): boolean {
  const rev = claims["rev"];
  return typeof rev === "number" && Number.isSafeInteger(rev) && rev >= 0;
}

/** The `kid` of a token whose signature was verified. */
function keyIdOf(token: Redacted<string>): string | undefined {
  const [header = ""] = token.reveal().split(".");
  // The verifier has read this header.
  const { kid } = JSON.parse(Buffer.from(header, "base64url").toString("utf8")) as { readonly kid?: string };
  return kid;
}
