/** Verifies keys. The caller sees the same refusal for every reason (K-01); the audit event has the reason. */
import { timingSafeEqual } from "node:crypto";
import { type Connection, InvalidCredential, problem, type Redacted } from "lockstep";
import { BoundedMap } from "../mechanism/bounded-map.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import { networksOf } from "lockstep/host";
import type { KeyThrottle } from "../throttle/key-limits.ts";
import type { VerifiedKey } from "./api-key.ts";
import { type ApiKeyParts, parseApiKey } from "./api-key-format.ts";
import { type FoundKey, lookUpApiKey } from "./api-key-lookup.ts";
import { isDisabled, scopesOfOwner } from "./api-key-owner.ts";

/** The request that a key came with. */
export type KeyOrigin = Pick<Connection, "address" | "requestId">;

/** A key that was presented. */
interface Attempt {
  readonly parts: ApiKeyParts;
  readonly origin: KeyOrigin;
  /** The key and the network that it came from. */
  readonly place: string;
}

const mostFamiliar = 10_000;
const hashBytes = 32;
/** The hash that is compared for an unknown key, so it takes the same steps as a known one. */
const nobody = Buffer.alloc(hashBytes).toString("base64url");

/** Verifies keys. */
export class ApiKeyVerifier {
  readonly #settings: Settings;
  readonly #throttle: KeyThrottle;
  /** Keys with the networks that they were used from. Guesses from other networks do not lock them out there. */
  readonly #familiar = new BoundedMap<string, true>(mostFamiliar);

  constructor(settings: Settings, throttle: KeyThrottle) {
    this.#settings = settings;
    this.#throttle = throttle;
  }

  /**
   * Verifies a key with one lookup. A key that verifies is not refused because of its network.
   *
   * @throws InvalidCredential if the key does not verify, for whatever reason
   * @throws Problem `too_many_requests` (429) if it does not verify, after too many wrong secrets from its network; and for every
   * key with this id, after too many wrong secrets for it, in networks that it was not used from
   * @throws Unavailable while the database is away
   */
  async verify(key: Redacted<string>, origin: KeyOrigin): Promise<VerifiedKey> {
    const parts = parseApiKey(key, this.#settings);
    if (parts === undefined) throw this.#refused("not a key of this service, or mistyped", origin);
    // The limit is checked here too, so guesses at a key above its limit cost no lookup.
    const attempt = { parts, origin, place: placeOf(parts.id, origin.address) };
    this.#checkLimit(attempt);
    const found = await this.#settings.database.run(lookUpApiKey(parts.id));
    return this.#judge(attempt, found);
  }

  /**
   * Synchronous: no other request runs between asking the throttle, comparing and counting (K-14). All steps run for every key,
   * found or not, right or wrong (K-01).
   */
  #judge(attempt: Attempt, found: FoundKey | undefined): VerifiedKey {
    const { parts, origin, place } = attempt;
    const isFamiliar = this.#checkLimit(attempt);
    const isBelow = this.#throttle.isBelow(origin.address);
    const isRight = isSameHash(hashOfSecret(parts.secret), found?.secretHash.reveal() ?? nobody);
    const reason = whyRefused(found, this.#settings);
    const isGuess = found?.id !== parts.id || !isRight;
    if (!isGuess && reason === undefined) {
      if (!isFamiliar) this.#familiar.set(place, true);
      return this.#verified(found);
    }
    if (!isBelow) this.#tooMany(parts, origin);
    if (!isGuess) throw this.#refused(reason ?? "", origin, parts.id);
    this.#throttle.failed({ address: origin.address, keyId: isFamiliar ? undefined : parts.id });
    throw this.#refused(found?.id === parts.id ? "wrong secret" : "no such key", origin, parts.id);
  }

  #verified({ id, familyId, name, scopes, owner }: FoundKey): VerifiedKey {
    const had = scopesOfOwner(owner, this.#settings);
    return {
      id,
      familyId,
      owner: owner.kind === "client" ? { kind: "client", id: owner.id, name: owner.name } : owner,
      name,
      scopes: scopes.filter((scope) => had.includes(scope)),
    };
  }

  /**
   * Asks the throttle about the key. Returns whether the key was used from this network before.
   *
   * @throws Problem `too_many_requests` (429)
   */
  #checkLimit({ parts, origin, place }: Attempt): boolean {
    const isFamiliar = this.#familiar.has(place);
    if (!isFamiliar && !this.#throttle.mayCompare(parts.id)) this.#tooMany(parts, origin);
    return isFamiliar;
  }

  #tooMany({ id }: ApiKeyParts, { requestId, address }: KeyOrigin): never {
    this.#settings.audit.report({ type: "api_key.refused", key: id, reason: "too many wrong secrets" }, { requestId, address });
    problem(429, "too_many_requests", "Too many wrong API keys: try again later.", { headers: { "retry-after": "60" } });
  }

  #refused(reason: string, { requestId, address }: KeyOrigin, key?: string): InvalidCredential {
    this.#settings.audit.report({ type: "api_key.refused", ...(key === undefined ? {} : { key }), reason }, { requestId, address });
    return new InvalidCredential(reason);
  }
}

function whyRefused(found: FoundKey | undefined, settings: Settings): string | undefined {
  const now = settings.clock();
  if (found === undefined) return "no such key";
  const { revokedAt, expiresAt, owner } = found;
  if (revokedAt !== undefined) return "revoked";
  if (expiresAt !== undefined && expiresAt <= now) return "expired";
  return isDisabled(owner, settings) ? "owner disabled" : undefined;
}

function isSameHash(presented: string, stored: string): boolean {
  const digest = Buffer.alloc(hashBytes);
  // The digests that are compared have the same length, whatever the row contains.
  digest.write(stored, "base64url");
  return timingSafeEqual(Buffer.from(presented, "base64url"), digest);
}

function placeOf(id: string, address: string | undefined): string {
  return `${id} ${networksOf(address).narrow}`;
}
