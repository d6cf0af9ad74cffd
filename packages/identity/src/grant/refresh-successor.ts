/**
 * The token that follows a refresh token: derived from it under `IDENTITY_KEY`, so that the same one can be answered twice and
 * none is ever stored. Who has the old token and not the key learns nothing of it.
 */
import { createHmac } from "node:crypto";
import { Redacted } from "lockstep";
import { hashOfSecret } from "../secret/opaque-token.ts";
import type { IdentityKey, IdentityKeys } from "../secret/identity-key.ts";

/** The successor of a token: HMAC-SHA-256, as 43 characters of base64url. */
export function successorOf(token: Redacted<string>, key: IdentityKey): Redacted<string> {
  return new Redacted(createHmac("sha256", key.derive("refresh-successor")).update(token.reveal()).digest("base64url"));
}

/** The successor that was answered before, also where `IDENTITY_KEY` was replaced since; `undefined` where that key is gone. */
export function findSuccessor(
  token: Redacted<string>,
  successorHash: string | undefined,
  { current, previous }: IdentityKeys,
): Redacted<string> | undefined {
  return [current, ...previous].map((key) => successorOf(token, key)).find((one) => hashOfSecret(one) === successorHash);
}
