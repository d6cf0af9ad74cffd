/** The steps that making, replacing and ending keys share. */
import { notFound, problem, type Redacted, secret } from "lockstep";
import { holdAccount } from "../account-table/account-store.ts";
import { isAccountId } from "../principal/principal.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import { holdSession } from "../session/session-store.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { type ApiKey, type KeyOwner, subjectOfOwner } from "./api-key.ts";
import { generateApiKey } from "./api-key-format.ts";
import { isDisabled, lockOwner, type OwnerRecord } from "./api-key-owner.ts";
import type { KeyChange } from "./api-key-request.ts";
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
export function* insertFreshKey(fresh: ApiKey, key: FreshKey, made: KeyChange, parentId?: string): Work<void> {
  const { by, sessionId, clientId: makerClientId } = made;
  const secretHash = secret(hashOfSecret(key.secret));
  const isKept = yield* insertApiKey({ ...fresh, secretHash, by, sessionId, makerClientId, parentId });
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
 * Holds what a new key comes from: its owner, the session in which it is made, and the account of its maker. If one of them ends
 * at the same time, the key ends with it.
 *
 * @throws Problem `not_found` if the owner does not exist, 403 `owner_disabled`, 403 `sign_in_again` if the session is over, or
 * if the maker's account is disabled or deleted
 */
export function* holdMakers(owner: KeyOwner, { by, sessionId }: KeyChange, settings: Settings): Work<OwnerRecord> {
  const held = yield* lockOwner(owner);
  if (held === undefined) notFound();
  if (isDisabled(held, settings)) problem(403, "owner_disabled", "The owner of the key is disabled.");
  const hasSession = sessionId === undefined || (yield* holdSession(sessionId, settings.clock()));
  if (!hasSession || !(yield* holdMaker(by))) problem(403, "sign_in_again", "Sign in again: this sign-in has ended.");
  return held;
}

/** Holds the account of a maker; a program with another name has none. Returns `false` if it is disabled or deleted. */
function* holdMaker(by: string | undefined): Work<boolean> {
  if (by === undefined || !isAccountId(by)) return true;
  const maker = yield* holdAccount(by);
  return maker !== undefined && maker.disabledAt === undefined;
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
