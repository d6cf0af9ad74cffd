/** Imports keys that were made elsewhere: by another system, or by this one before its database was replaced. */
import { problem, type Redacted, type Secret, secret } from "lockstep";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { KeyOwner } from "./api-key.ts";
import { isApiKeyId, parseApiKey } from "./api-key-format.ts";

/** The key itself, or its id and the SHA-256 of its secret part, in base64url. */
export type KnownKey = { readonly key: Redacted<string> } | { readonly id: string; readonly secretHash: Secret<string> };

/** A key to import. */
export type KeyToImport = KnownKey & {
  readonly owner: KeyOwner;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. Without it, the key never expires. Only keys of service accounts may do that. */
  readonly expiresAt?: number | undefined;
};

/**
 * Returns the id of a key and the hash of its secret.
 *
 * @throws Problem `invalid_input` (422) if the text is not a key of this prefix and environment, or if a key of a user would
 * never expire
 */
export function knownKey(known: KeyToImport, settings: Settings): { readonly id: string; readonly secretHash: Secret<string> } {
  if (!("client" in known.owner) && known.expiresAt === undefined)
    problem(422, "invalid_input", "Only a key of a service account may never expire.");
  if ("key" in known) {
    const parts = parseApiKey(known.key, settings);
    if (parts !== undefined) return { id: parts.id, secretHash: secret(hashOfSecret(parts.secret)) };
  } else if (isApiKeyId(known.id) && /^[A-Za-z0-9_-]{43}$/.test(known.secretHash.reveal())) return known;
  problem(422, "invalid_input", "This is not a key of this service.");
}
