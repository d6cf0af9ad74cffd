/** A node's copy of the log: up to which position it goes, and what it says about a token. */
import type { Claims } from "lockstep/jwt";
import { foreignKey, type Revocation, type RevocationKind } from "./revocation-log.ts";
import { RevocationMap } from "./revocation-map.ts";

/** Whose tokens are decided, and how. */
export interface TokenIssuers {
  /** The own issuer: its tokens carry `rev`. */
  readonly issuer: string;
  /** Issuers whose tokens are revoked by `iat`. */
  readonly foreignIssuers: readonly string[];
}

/** What is known of the log. */
export class RevocationCopy {
  /** The last position that is known. */
  position = 0;
  readonly #issuer: string;
  readonly #own = new RevocationMap();
  readonly #foreign: ReadonlyMap<string, RevocationMap>;

  constructor({ issuer, foreignIssuers }: TokenIssuers) {
    this.#issuer = issuer;
    this.#foreign = new Map(foreignIssuers.map((each) => [each, new RevocationMap()]));
  }

  /** How many keys are kept. */
  get size(): number {
    return [...this.#foreign.values()].reduce((sum, { size }) => sum + size, this.#own.size);
  }

  /** Takes the next entry. */
  add(entry: Revocation): void {
    this.#own.add(entry);
    for (const [issuer, entries] of this.#foreign) {
      const prefix = foreignKey(issuer, "");
      if (entry.kind === "all") entries.add(entry);
      else if (entry.key.startsWith(prefix)) entries.add({ ...entry, key: entry.key.slice(prefix.length) });
    }
  }

  /** Whether a token was issued at a position that this copy has not reached. */
  isBehind(claims: Claims): boolean {
    return claims.iss === this.#issuer && (positionOf(claims) ?? 0) > this.position;
  }

  /** Whether a token was revoked. One of the own issuer without a position is, and one of an issuer that nobody named. */
  isRevoked(claims: Claims): boolean {
    if (claims.iss === this.#issuer) {
      const position = positionOf(claims);
      return position === undefined || this.#own.latest("seq", claims) > position;
    }
    const entries = this.#foreign.get(claims.iss);
    // In the second of the revocation itself nobody can tell what came first (attack row M-05).
    return entries === undefined || Math.floor(claims.iat) <= entries.latest("atSeconds", claims);
  }

  /** The keys of one kind that are revoked. */
  keysOf(kind: RevocationKind): readonly string[] {
    return this.#own.keysOf(kind);
  }

  /** Forgets what is over, `most` of it at once. */
  forget(now: number, most?: number): void {
    this.#own.forget(now, most);
    for (const entries of this.#foreign.values()) entries.forget(now, most);
  }
}

/** The log's position when a token of the own issuer was issued; none for a token without a sound `rev`. */
export function positionOf(claims: Claims): number | undefined {
  const position = claims["rev"];
  return typeof position === "number" && Number.isSafeInteger(position) && position >= 0 ? position : undefined;
}
