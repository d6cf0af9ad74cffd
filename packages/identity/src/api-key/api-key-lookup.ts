/** Finds the key that was presented, with its owner, in one indexed lookup. */
import { secret, type Secret } from "lockstep";
import { joinedAccountColumns, toJoinedAccount } from "../account-table/account-row.ts";
import { numberOrNone, textOf, textOrNone } from "../store/row.ts";
import { first, type Row, sql, type Work } from "../store/statement.ts";
import { type OwnerRecord, toClientOwner } from "./api-key-owner.ts";
import { scopesOf } from "./api-key-store.ts";

/** The columns of a key that verification reads. */
export interface FoundKey {
  readonly id: string;
  readonly familyId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the secret part, in base64url. */
  readonly secretHash: Secret<string>;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
  readonly owner: OwnerRecord;
}

const lookUp = sql(`
  SELECT k.id AS key_id, k.family_id, k.name AS key_name, k.secret_hash, k.scope, k.expires_at, k.revoked_at, k.external_owner,
    ${joinedAccountColumns}, c.id, c.name, c.scopes, c.disabled_at
  FROM identity_api_keys k
  LEFT JOIN identity_accounts a ON a.id = k.account_id
  LEFT JOIN identity_clients c ON c.id = k.client_id
  WHERE k.id >= :id ORDER BY k.id LIMIT 1`);

/**
 * Finds the key with this id or, if there is none, the next one in the index. So an unknown id takes the same steps as a known
 * one, and the time does not tell them apart (K-01). The caller compares the ids. Returns nothing after the last key.
 */
export function* lookUpApiKey(id: string): Work<FoundKey | undefined> {
  const row = yield* first(lookUp, { id });
  return row && toFoundKey(row);
}

function toFoundKey(row: Row): FoundKey {
  return {
    id: textOf(row, "key_id"),
    familyId: textOf(row, "family_id"),
    name: textOf(row, "key_name"),
    scopes: scopesOf(textOf(row, "scope")),
    secretHash: secret(textOf(row, "secret_hash")),
    expiresAt: numberOrNone(row, "expires_at"),
    revokedAt: numberOrNone(row, "revoked_at"),
    owner: ownerOf(row),
  };
}

function ownerOf(row: Row): OwnerRecord {
  const external = textOrNone(row, "external_owner");
  if (external !== undefined) return { kind: "external", id: external };
  return row["account_id"] === null ? toClientOwner(row) : { kind: "user", account: toJoinedAccount(row) };
}
