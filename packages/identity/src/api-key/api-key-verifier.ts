/** Verifying a key that is presented. Every refusal looks the same to whoever presents it (K-01); the audit event has the reason. */
import { timingSafeEqual } from "node:crypto";
import { type Connection, InvalidCredential, problem, type Redacted } from "lockstep";
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { KeyAttempt, KeyThrottle } from "../throttle/key-limits.ts";
import type { VerifiedKey } from "./api-key.ts";
import { type ApiKeyParts, parseApiKey } from "./api-key-format.ts";
import { type FoundKey, lookUpApiKey } from "./api-key-lookup.ts";
import { isDisabled, scopesOfOwner } from "./api-key-owner.ts";

/** Where a key comes from. */
export type KeyOrigin = Pick<Connection, "address" | "requestId">;

const mostFamiliar = 10_000;
const hashBytes = 32;
/** What the secret of an unknown key is compared with: the same steps as for a known one. */
const nobody = Buffer.alloc(hashBytes).toString("base64url");

/** Verifies keys. */
export class ApiKeyVerifier {
  readonly #settings: Settings;
  readonly #throttle: KeyThrottle;
  /** Keys and the addresses they were shown rightly from: nobody who guesses elsewhere locks them out there. */
  readonly #familiar = new BoundedMap<string, true>(mostFamiliar);

  constructor(settings: Settings, throttle: KeyThrottle) {
    this.#settings = settings;
    this.#throttle = throttle;
  }

  /**
   * Verifies a key with one lookup.
   *
   * @throws InvalidCredential for anything that does not open anything
   * @throws Problem `too_many_requests` (429) after too many wrong secrets from this network or for this key
   * @throws Unavailable while the database is away
   */
  async verify(key: Redacted<string>, origin: KeyOrigin): Promise<VerifiedKey> {
    const parts = parseApiKey(key, this.#settings);
    if (parts === undefined) throw this.#refused("not a key of this service, or mistyped", origin);
    // Asked here as well, so that those who are over the limit cost no lookup.
    this.#checkLimit(parts, origin);
    const found = await this.#settings.database.run(lookUpApiKey(parts.id));
    return this.#judge(parts, found, origin);
  }

  /**
   * Synchronous: nothing comes between asking the throttle, comparing and counting (K-14). Every step is taken for every key, found
   * or not, right or wrong (K-01).
   */
  #judge(parts: ApiKeyParts, found: FoundKey | undefined, origin: KeyOrigin): VerifiedKey {
    const about = this.#checkLimit(parts, origin);
    const isRight = isSameHash(hashOfSecret(parts.secret), found?.secretHash.reveal() ?? nobody);
    const reason = whyRefused(found, this.#settings.clock());
    if (found?.id !== parts.id || !isRight) {
      this.#throttle.failed(about);
      throw this.#refused(found?.id === parts.id ? "wrong secret" : "no such key", origin, parts.id);
    }
    if (reason !== undefined) throw this.#refused(reason, origin, parts.id);
    this.#remember(found.id, origin);
    return this.#verified(found);
  }

  #verified({ id, familyId, name, scopes, owner }: FoundKey): VerifiedKey {
    const had = scopesOfOwner(owner, this.#settings);
    return {
      id,
      familyId,
      owner: owner.kind === "user" ? owner : { kind: "client", id: owner.id, name: owner.name },
      name,
      scopes: scopes.filter((scope) => had.includes(scope)),
    };
  }

  /** @throws Problem `too_many_requests` (429) */
  #checkLimit({ id }: ApiKeyParts, { address, requestId }: KeyOrigin): KeyAttempt {
    const about = { address, keyId: this.#familiar.has(placeOf(id, address)) ? undefined : id };
    if (this.#throttle.mayEvaluate(about)) return about;
    this.#settings.audit.report({ type: "api_key.refused", key: id, reason: "too many wrong secrets" }, { requestId });
    tooMany();
  }

  #remember(id: string, { address }: KeyOrigin): void {
    const place = placeOf(id, address);
    if (!this.#familiar.has(place)) this.#familiar.set(place, true);
  }

  #refused(reason: string, { requestId }: KeyOrigin, key?: string): InvalidCredential {
    this.#settings.audit.report({ type: "api_key.refused", ...(key === undefined ? {} : { key }), reason }, { requestId });
    return new InvalidCredential(reason);
  }
}

function whyRefused(found: FoundKey | undefined, now: number): string | undefined {
  if (found === undefined) return "no such key";
  const { revokedAt, expiresAt, owner } = found;
  if (revokedAt !== undefined) return "revoked";
  if (expiresAt !== undefined && expiresAt <= now) return "expired";
  return isDisabled(owner) ? "owner disabled" : undefined;
}

function isSameHash(presented: string, stored: string): boolean {
  const digest = Buffer.alloc(hashBytes);
  // Whatever the row holds, two digests of one length are compared.
  digest.write(stored, "base64url");
  return timingSafeEqual(Buffer.from(presented, "base64url"), digest);
}

function placeOf(id: string, address: string | undefined): string {
  return `${id} ${address ?? ""}`;
}

function tooMany(): never {
  problem(429, "too_many_requests", "Too many wrong API keys: try again later.", { headers: { "retry-after": "60" } });
}
