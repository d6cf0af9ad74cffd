/** Public keys that the application brings along, as a JWK set. */
import { checkKeySet, readKeySet } from "./key-set.ts";
import type { Jwks } from "./key-set.ts";
import { fixedKeys, openKeys } from "./key-source.ts";
import type { PublicKeys } from "./key-source.ts";

/**
 * Public keys from a JWK set that is at hand. Each key is pinned to one algorithm: its `alg`, or the only allowed one that
 * fits. Everything that the numbers tell is checked when the verifier is built; the runtime imports a key at its first use
 * (or in `verifier.ready()`).
 *
 * @throws BuildError `wrong_key` for a set with secrets, private members, one `kid` twice, no keys or more than 100
 */
export function jwks(set: Jwks): PublicKeys {
  checkKeySet(set, "public");
  const copy = structuredClone(set);
  return Object.freeze({
    [openKeys]: ({ algorithms }) => fixedKeys(readKeySet(copy, "public", algorithms)),
  } satisfies PublicKeys);
}
