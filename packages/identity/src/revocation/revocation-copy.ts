/** A node's copy of the log: its last position, and whether a token was revoked. */
import type { Claims } from "lockstep/jwt";
import { foreignKey, type Revocation, type RevocationKind } from "./revocation-log.ts";
import { RevocationMap } from "./revocation-map.ts";

/** The issuers whose tokens the copy decides about. */
export interface TokenIssuers {
  /** Our own issuer: its tokens carry `rev`. */
  readonly issuer: string;
  /** Issuers whose tokens are revoked by `iat`. */
  readonly foreignIssuers: readonly string[];
}

/** The part of the log that is known. */
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

  /** The number of keys. */
  get size(): number {
    return [...this.#foreign.values()].reduce((sum, { size }) => sum + size, this.#own.size);
  }

  /** Adds an entry that was read at a time of the monotonic clock. An entry may come again. */
  add(entry: Revocation, readAt: number): void {
    this.#own.add(entry, readAt);
    for (const [issuer, entries] of this.#foreign) {
      const prefix = foreignKey(issuer, "");
      if (entry.kind === "all") entries.add(entry, readAt);
      else if (entry.key.startsWith(prefix)) entries.add({ ...entry, key: entry.key.slice(prefix.length) }, readAt);
    }
  }

  /** Whether a token was issued at a position that this copy has not reached. */
  isBehind(claims: Claims): boolean {
    return claims.iss === this.#issuer && (positionOf(claims) ?? 0) > this.position;
  }

  /**
   * Whether a token was revoked. A token of our own issuer without a position counts as revoked, and so does a token of an
   * unknown issuer. `names` are further names of the subject of another issuer's token, in our own log.
   */
  isRevoked(claims: Claims, names: readonly string[] = []): boolean {
    if (claims.iss === this.#issuer) {
      const position = positionOf(claims);
      return position === undefined || this.#own.latest("seq", claims) > position;
    }
    const entries = this.#foreign.get(claims.iss);
    // Within the second of the revocation nobody can tell which came first (M-05).
    if (entries === undefined) return true;
    const ofNames = names.map((sub) => this.#own.latest("atSeconds", { sub }));
    return Math.floor(claims.iat) <= Math.max(entries.latest("atSeconds", claims), ...ofNames);
  }

  /** The revoked keys of one kind. */
  keysOf(kind: RevocationKind): readonly string[] {
    return this.#own.keysOf(kind);
  }

  /** Forgets at most `most` keys whose tokens have all expired, at a time of the monotonic clock. */
  forget(now: number, most?: number): void {
    this.#own.forget(now, most);
    for (const entries of this.#foreign.values()) entries.forget(now, most);
  }
}

/** The log's position when a token of our own issuer was issued; `undefined` for a token without a valid `rev`. */
export function positionOf(claims: Claims): number | undefined {
  const position = claims["rev"];
  return typeof position === "number" && Number.isSafeInteger(position) && position >= 0 ? position : undefined;
}
