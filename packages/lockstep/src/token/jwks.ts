/** Public keys that the application brings along: a JWK set, or keys in PEM. */
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { hasPrivateMember } from "./jwk.ts";
import type { Jwk, KeyRules } from "./jwk.ts";
import { type ProblemListener, privateKeyPublished, reportIgnored } from "./key-refusal.ts";
import { type KeySet, keysIn, readKeySet } from "./key-set.ts";
import { fixedKeys, importedKeys, openKeys } from "./key-source.ts";
import type { PublicKeys } from "./key-source.ts";
import { checkPem, isPemKey, jwkOfPem } from "./pem.ts";
import type { PemKey } from "./pem.ts";

/** What `jwks()` may be told. */
export interface JwksOptions {
  /** Hears of every key that is ignored because it must not be used. Default: standard error. */
  readonly onProblem?: ProblemListener;
}

const jwksOptions: KnownOptions<JwksOptions> = { onProblem: true };

/**
 * Public keys that are at hand: a JWK set, in which keys may also be in PEM, or the PEM text of one key. Each key is pinned to
 * one algorithm: its `alg`, or the only allowed one that fits. A key that must not be used is ignored and reported.
 *
 * The numbers of a JWK are checked when the verifier is built. The runtime imports a key, and reads a PEM text, at its first use
 * or in `verifier.ready()`; call that at start to learn of a bad PEM text before a token comes.
 *
 * @throws BuildError `wrong_option` for a misspelt option, `wrong_key` for a private key, for a text that is not a public key in
 * PEM, and for no keys or more than 100
 * @example
 * const keys = jwks(await readFile("issuer.pem", "utf8"));
 */
export function jwks(set: { readonly keys: readonly (Jwk | PemKey)[] } | string, options: JwksOptions = {}): PublicKeys {
  checkOptions("jwks()", options, jwksOptions);
  const keys = structuredClone(keysIn(typeof set === "string" ? { keys: [{ pem: set }] } : set));
  for (const key of keys) checkAtHand(key);
  const read = (rules: KeyRules, all: readonly unknown[]): KeySet => {
    const found = readKeySet({ keys: all }, "public", rules);
    reportIgnored(found.ignored, options.onProblem);
    return found;
  };
  const readPem = async (rules: KeyRules): Promise<KeySet> =>
    read(rules, await Promise.all(keys.map((key) => (isPemKey(key) ? jwkOfPem(key, rules.algorithms) : key))));
  return Object.freeze({
    [openKeys]: (rules) => (keys.some(isPemKey) ? importedKeys(() => readPem(rules)) : fixedKeys(read(rules, keys))),
  } satisfies PublicKeys);
}

/** A private key in the program of the verifier is in the wrong place, whatever the set is used for. */
function checkAtHand(key: unknown): void {
  if (isPemKey(key)) return checkPem(key);
  if (typeof key !== "object" || key === null || ("kty" in key && key.kty === "oct")) return;
  if (hasPrivateMember(key)) throw privateKeyPublished();
}
