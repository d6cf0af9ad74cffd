/** An API key: a credential of a user or of a service account, for programs. */
import type { Account } from "../account-table/account-row.ts";
import { subjectOfClient } from "../principal/principal.ts";

/** Whose a key is, by id. A key is never without an owner, and ends with it. */
export type KeyOwner = { readonly account: string } | { readonly client: string };

/** A key, without what is secret about it. */
export interface ApiKey {
  /** Public: the third part of the key. */
  readonly id: string;
  /** The same for a key and those that replaced it: the id of the first. */
  readonly familyId: string;
  readonly owner: KeyOwner;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, as the other times. */
  readonly createdAt: number;
  /** When it stops working; of a key that was replaced, when its grace ends. Never, for some keys of service accounts. */
  readonly expiresAt: number | undefined;
  /** When it was replaced. */
  readonly rotatedAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** When it was last used, to the minute. */
  readonly usedAt: number | undefined;
}

/** The owner of a key that verified. */
export type VerifiedOwner =
  | { readonly kind: "user"; readonly account: Account }
  | { readonly kind: "client"; readonly id: string; readonly name: string };

/** What a key that verified says. */
export interface VerifiedKey {
  readonly id: string;
  readonly familyId: string;
  /** The principal: nobody else can be named by whoever shows the key. */
  readonly owner: VerifiedOwner;
  readonly name: string;
  /** The key's scopes that its owner still has. */
  readonly scopes: readonly string[];
}

/** `sub` of a key's owner. */
export function subjectOfOwner(owner: KeyOwner): string {
  return "account" in owner ? owner.account : subjectOfClient(owner.client);
}
