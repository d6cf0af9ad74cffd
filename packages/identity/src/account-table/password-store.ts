/** Stores the password hash of an account. The condition of each statement decides whether the password may be replaced. */
import type { Secret } from "lockstep";
import { first, sql, type Work } from "../store/statement.ts";

const set = sql(`
  UPDATE identity_accounts SET password_hash = :hash, password_changed_at = :now WHERE id = :id RETURNING id`);
const reset = sql(`
  UPDATE identity_accounts SET password_hash = :hash, password_changed_at = :now, verified_at = COALESCE(verified_at, :now)
  WHERE id = :id AND email = :email AND disabled_at IS NULL RETURNING id`);
const change = sql(`
  UPDATE identity_accounts SET password_hash = :hash, password_changed_at = :now
  WHERE id = :id AND password_hash = :verified AND disabled_at IS NULL RETURNING id`);
const rehash = sql("UPDATE identity_accounts SET password_hash = :hash WHERE id = :id AND password_hash = :verified RETURNING id");

/** A new hash for the password of an account. */
export interface NewPassword {
  readonly hash: Secret<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Sets the password, whatever it was. Returns false if there is no such account. */
export function* setPasswordHash(id: string, { hash, now }: NewPassword): Work<boolean> {
  return (yield* first(set, { id, hash: hash.reveal(), now })) !== undefined;
}

/** Sets the password and confirms the address, if the account still has this address and is not disabled. */
export function* resetPasswordHash(id: string, { hash, now, email }: NewPassword & { readonly email: string }): Work<boolean> {
  return (yield* first(reset, { id, hash: hash.reveal(), now, email })) !== undefined;
}

/** Sets the password, if the current one is still the verified one and the account is not disabled. */
export function* changePasswordHash(
  id: string,
  { hash, now, verified }: NewPassword & { readonly verified: Secret<string> },
): Work<boolean> {
  return (yield* first(change, { id, hash: hash.reveal(), now, verified: verified.reveal() })) !== undefined;
}

/** Stores another hash of the same password, if the current one is still the verified one. */
export function* rehashPassword(
  id: string,
  { hash, verified }: { readonly hash: Secret<string>; readonly verified: Secret<string> },
): Work<boolean> {
  return (yield* first(rehash, { id, hash: hash.reveal(), verified: verified.reveal() })) !== undefined;
}
