/**
 * The stable error codes of identity, in addition to those of the core. `docs/errors.md` has a line for each; a test compares the
 * two both ways.
 */

/** The codes that identity writes in the `code` member of a problem document. */
export const identityCodes = [
  "sign_in_refused",
  "client_exists",
  "wrong_client",
  "invalid_link",
  "weak_password",
  "wrong_password",
  "sign_in_again",
  "address_taken",
  "id_taken",
  "subject_taken",
  "wrong_address",
  "scope_not_held",
  "owner_disabled",
  "unknown_api_key",
  "too_many_keys",
  "already_rotated",
  "key_ended",
  "insecure_transport",
] as const;

/** A stable code of identity. */
export type IdentityCode = (typeof identityCodes)[number];
