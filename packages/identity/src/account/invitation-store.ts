/** The rows of `identity_links` that are invitations. Each names the administrator who sent it, and ends with their account. */
import type { Redacted } from "lockstep";
import type { ParsedEmail } from "../mail/email.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import { textOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";

/** An invitation to save. */
export interface NewInvitation {
  /** The secret in the message. Only its hash is stored. */
  readonly token: Redacted<string>;
  readonly address: ParsedEmail;
  /** The id of the administrator's account. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** An invitation that was spent. */
export interface SpentInvitation {
  /** The address it was sent to. */
  readonly email: string;
  /** The id of the administrator's account. */
  readonly by: string;
}

const insert = sql(`
  INSERT INTO identity_links (secret_hash, purpose, email, invited_by, created_at, expires_at)
  SELECT :secretHash, 'invite', :email, id, :createdAt, :expiresAt FROM identity_accounts WHERE id = :by AND disabled_at IS NULL
  RETURNING secret_hash`);
const removeTo = sql("DELETE FROM identity_links WHERE purpose = 'invite' AND lower(email) = :key");
const spend = sql(`
  DELETE FROM identity_links WHERE secret_hash = :secretHash AND purpose = 'invite' AND expires_at > :now
  RETURNING email, invited_by`);

/**
 * Saves an invitation; an earlier one to the same address ends. Returns `false`, and saves nothing, if the administrator's
 * account was disabled or deleted. Part of a transaction that locks that account and the address.
 */
export function* saveInvitation({ token, address, by, ...times }: NewInvitation): Work<boolean> {
  const { email, key } = address;
  yield* all(removeTo, { key });
  return (yield* first(insert, { secretHash: hashOfSecret(token), email, by, ...times })) !== undefined;
}

/** Spends an invitation that has not expired: one caller gets it. */
export function* spendInvitation(token: Redacted<string>, now: number): Work<SpentInvitation | undefined> {
  const row = yield* first(spend, { secretHash: hashOfSecret(token), now });
  return row && { email: textOf(row, "email"), by: textOf(row, "invited_by") };
}
