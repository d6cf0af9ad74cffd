/**
 * The successor of a refresh token. It is derived from the token under `IDENTITY_KEY`, so the server can return the same
 * successor twice and never stores one. Anyone who has the old token but not the key learns nothing about the successor.
 */
import { createHmac } from "node:crypto";
import { Redacted } from "lockstep";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { IdentityKey, IdentityKeys } from "../secret/identity-key.ts";

/** Derives the successor of a token: HMAC-SHA-256, as 43 characters of base64url. */
export function successorOf(token: Redacted<string>, key: IdentityKey): Redacted<string> {
  return new Redacted(createHmac("sha256", key.derive("refresh-successor")).update(token.reveal()).digest("base64url"));
}

/**
 * Finds the successor that was issued before, even if `IDENTITY_KEY` was replaced since. Returns `undefined` if its key is gone.
 */
export function findSuccessor(
  token: Redacted<string>,
  successorHash: string | undefined,
  { current, previous }: IdentityKeys,
): Redacted<string> | undefined {
  return [current, ...previous].map((key) => successorOf(token, key)).find((one) => hashOfSecret(one) === successorHash);
}
