/** Keys that were made elsewhere: by another system, or by this one before its database was made anew. */
import { problem, type Redacted, type Secret, secret } from "lockstep";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { KeyOwner } from "./api-key.ts";
import { isApiKeyId, parseApiKey } from "./api-key-format.ts";

/** What is known of a key: the key itself, or its id and the SHA-256 of its secret part, in base64url. */
export type KnownKey = { readonly key: Redacted<string> } | { readonly id: string; readonly secretHash: Secret<string> };

/** A key to be taken over. */
export type KeyToImport = KnownKey & {
  readonly owner: KeyOwner;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970; without it the key does not expire, which is for service accounts only. */
  readonly expiresAt?: number | undefined;
};

/**
 * What is kept of a key's secret, by the key's id.
 *
 * @throws Problem `invalid_input` (422) for what is no key of this prefix and environment, and for a user's that would never expire
 */
export function knownKey(known: KeyToImport, settings: Settings): { readonly id: string; readonly secretHash: Secret<string> } {
  if ("account" in known.owner && known.expiresAt === undefined) problem(422, "invalid_input", "A key of a user expires.");
  if ("key" in known) {
    const parts = parseApiKey(known.key, settings);
    if (parts !== undefined) return { id: parts.id, secretHash: secret(hashOfSecret(parts.secret)) };
  } else if (isApiKeyId(known.id) && /^[A-Za-z0-9_-]{43}$/.test(known.secretHash.reveal())) return known;
  problem(422, "invalid_input", "This is not a key of this service.");
}
