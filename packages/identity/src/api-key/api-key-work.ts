/** The steps that making, replacing and ending keys share. */
import { notFound, problem, type Redacted, secret } from "lockstep";
import { lastTokenOver, revoke } from "../revocation/revocation-log.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { type ApiKey, type KeyOwner, subjectOfOwner } from "./api-key.ts";
import { generateApiKey } from "./api-key-format.ts";
import { lockOwner, type OwnerRecord } from "./api-key-owner.ts";
import { findApiKey, insertApiKey } from "./api-key-store.ts";

/** A new key and its parts. */
export interface FreshKey {
  readonly full: Redacted<string>;
  readonly secret: Redacted<string>;
}

/** The fields of a new key, except those that are generated. */
export type Described = Pick<ApiKey, "owner" | "name" | "scopes" | "createdAt" | "expiresAt"> & { readonly familyId?: string };

/** Generates a key. */
export function freshKey(settings: Settings, described: Described): { readonly key: FreshKey; readonly fresh: ApiKey } {
  const { key, parts } = generateApiKey(settings);
  const { id } = parts;
  const familyId = described.familyId ?? id;
  const fresh = { ...described, id, familyId, rotatedAt: undefined, revokedAt: undefined, usedAt: undefined };
  return { key: { full: key, secret: parts.secret }, fresh };
}

/**
 * Inserts a new key, with the hash of its secret instead of the secret.
 *
 * @throws Problem `not_found` if the owner was deleted in the meantime
 */
export function* insertFreshKey(fresh: ApiKey, key: FreshKey, by: string | undefined): Work<void> {
  const isKept = yield* insertApiKey({ ...fresh, secretHash: secret(hashOfSecret(key.secret)), by });
  if (!isKept) notFound();
}

/**
 * Loads a key.
 *
 * @throws Problem `not_found`
 */
export function* loadKey(id: string): Work<ApiKey> {
  const key = yield* findApiKey(id);
  if (key === undefined) notFound();
  return key;
}

/**
 * Loads an owner and locks it.
 *
 * @throws Problem `not_found`
 */
export function* holdOwner(owner: KeyOwner): Work<OwnerRecord> {
  const held = yield* lockOwner(owner);
  if (held === undefined) notFound();
  return held;
}

/** Adds the end of a key to the revocation log, for every node that remembers it as verified. */
export function* revokeKey(id: string, settings: Settings): Work<void> {
  const at = settings.clock();
  yield* revoke({ kind: "api_key", key: id, at, expiresAt: lastTokenOver(settings, at) });
}

/** Builds an event with the fields that every event about a key has. */
export function eventOf(
  { owner, id, familyId }: Pick<ApiKey, "owner" | "id" | "familyId">,
  by: string | undefined,
): { subject: string; key: string; family: string; by?: string } {
  return { subject: subjectOfOwner(owner), key: id, family: familyId, ...(by === undefined ? {} : { by }) };
}

/**
 * Says why a key could not be replaced.
 *
 * @throws Problem 409 `already_rotated` or `key_ended`
 */
export function notRotated({ rotatedAt }: ApiKey): never {
  if (rotatedAt !== undefined) problem(409, "already_rotated", "This key was replaced already.");
  problem(409, "key_ended", "This key has ended.");
}

/**
 * Refuses another key.
 *
 * @throws Problem 409 `too_many_keys`
 */
export function tooManyKeys(): never {
  problem(409, "too_many_keys", "The owner has the maximum number of keys: end one of them first.");
}
