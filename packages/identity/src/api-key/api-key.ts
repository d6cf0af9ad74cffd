/** Defines API keys: credentials of a user or of a service account, for programs. */
import type { Account } from "../account-table/account-row.ts";

/** The owner of a key, by id. Every key has one owner. */
export type KeyOwner =
  /** The key is deleted with its account or its client. */
  | { readonly account: string }
  | { readonly client: string }
  /** Somebody whom only the application knows, such as `org:42`. `apiKeys.endAll()` ends the keys. */
  | { readonly external: string };

/** A key, without its secret. */
export interface ApiKey {
  /** The public id: the third part of the key. */
  readonly id: string;
  /** The id of the first key of the family. A key and its replacements have the same. */
  readonly familyId: string;
  readonly owner: KeyOwner;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, like the other times. */
  readonly createdAt: number;
  /**
   * When the key stops working; for a replaced key, when its grace ends. `undefined` means never, which only keys of service
   * accounts can have.
   */
  readonly expiresAt: number | undefined;
  /** When it was replaced. */
  readonly rotatedAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** When it was last used, to the minute. */
  readonly usedAt: number | undefined;
}

/** The owner of a verified key. */
export type VerifiedOwner =
  | { readonly kind: "user"; readonly account: Account }
  | { readonly kind: "client"; readonly id: string; readonly name: string }
  | { readonly kind: "external"; readonly id: string };

/** The result of verifying a key. */
export interface VerifiedKey {
  readonly id: string;
  readonly familyId: string;
  /** The principal. It is read from the key's row, so the caller cannot name somebody else. */
  readonly owner: VerifiedOwner;
  readonly name: string;
  /** The key's scopes that its owner still has. */
  readonly scopes: readonly string[];
}

/** Returns the id of a key's owner. */
export function subjectOfOwner(owner: KeyOwner): string {
  if ("account" in owner) return owner.account;
  return "client" in owner ? owner.client : owner.external;
}
