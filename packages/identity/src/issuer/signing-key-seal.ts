/** From a private key to what the database keeps of it, and back. */
import { Redacted } from "lockstep";
import { type Jwk, type PrivateJwk, publicJwks, type SigningKey, signingKey } from "lockstep/jwt";
import type { IdentityKeys } from "../secret/identity-key.ts";
import { type Binding, isSealedUnder, seal, SealBroken, unseal } from "../secret/seal.ts";

/** A key as it is kept: nothing in it signs without `IDENTITY_KEY`. */
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
 * @throws SealBroken, naming `IDENTITY_KEY`, where it was sealed under another one or changed
 */
export function openKey({ kid, sealed }: Omit<SealedKey, "publicJwk">, keys: IdentityKeys): SigningKey {
  // It was sealed as a JWK that `generateSigningKey` made, for this `kid`: the seal tells if it was not.
  return signingKey(JSON.parse(unsealed(kid, sealed, keys).reveal()) as PrivateJwk);
}

/** The same private key sealed under the current `IDENTITY_KEY`; `undefined` where it is already. @throws SealBroken */
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
      `The signing key ${kid} cannot be opened with this IDENTITY_KEY: give the one that the database was used with, or name that as a previous one`,
      { cause },
    );
  }
}
