/** Seals private keys for the database, and opens them again. */
import { Redacted } from "lockstep";
import { type Jwk, type PrivateJwk, publicJwks, type SigningKey, signingKey } from "lockstep/jwt";
import type { IdentityKeys } from "../secret/identity-key.ts";
import { type Binding, isSealedUnder, seal, SealBroken, unseal } from "../secret/seal.ts";

/** A key as it is stored. Nobody can sign with it without `IDENTITY_KEY`. */
export interface SealedKey {
  readonly kid: string;
  readonly publicJwk: Jwk;
  /** The private JWK, sealed for this `kid`. */
  readonly sealed: string;
}

/** Seals a private key under the current `IDENTITY_KEY`. */
export function sealKey(jwk: PrivateJwk, keys: IdentityKeys): SealedKey {
  const { kid } = jwk;
  const [publicJwk] = publicJwks([signingKey(jwk)]).keys;
  if (publicJwk === undefined) throw new TypeError("A signing key has a public half");
  return { kid, publicJwk, sealed: seal(new Redacted(JSON.stringify(jwk)), bindingOf(kid), keys) };
}

/**
 * Opens a private key.
 *
 * @throws SealBroken if the key was sealed under another `IDENTITY_KEY`, which the message says, or was changed
 */
export function openKey({ kid, sealed }: Omit<SealedKey, "publicJwk">, keys: IdentityKeys): SigningKey {
  // The seal proves that this is the JWK that `generateSigningKey` made for this `kid`.
  return signingKey(JSON.parse(unsealed(kid, sealed, keys).reveal()) as PrivateJwk);
}

/** Seals a key again under the current `IDENTITY_KEY`. Returns `undefined` if it already is. @throws SealBroken */
export function resealKey({ kid, sealed }: Omit<SealedKey, "publicJwk">, keys: IdentityKeys): string | undefined {
  return isSealedUnder(sealed, keys.current) ? undefined : seal(unsealed(kid, sealed, keys), bindingOf(kid), keys);
}

function bindingOf(kid: string): Binding {
  return { purpose: "signing-key-seal", record: kid };
}

function unsealed(kid: string, sealed: string, keys: IdentityKeys): Redacted<string> {
  try {
    return unseal(sealed, bindingOf(kid), keys);
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    throw new SealBroken(
      `Pass the IDENTITY_KEY that this database was used with, at least as a previous key: the signing key ${kid} cannot be opened`,
      { cause },
    );
  }
}
