/** `byIssuer()`: one map for each issuer, if an API accepts the tokens of several. */
import { BuildError, InvalidCredential } from "../../problem/error.ts";
import type { ClaimsMap } from "./caller.ts";
import type { ClaimsRecord } from "./claim-reader.ts";

/**
 * The map for tokens of several issuers: for each `iss`, exactly as in the tokens, the map of that issuer. A token of another
 * issuer is refused.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * byIssuer({
 *   "https://login.example.com/realms/acme": keycloak({ client: "notes" }),
 *   "https://token.actions.githubusercontent.com": githubActions({
 *     allow: [{ repository: "acme/notes", environment: "production" }],
 *   }),
 * });
 * ```
 */
export function byIssuer(maps: Readonly<Record<string, ClaimsMap>>): ClaimsMap {
  const all = typeof maps === "object" && maps !== null ? new Map(Object.entries(maps)) : new Map<string, ClaimsMap>();
  const isMap = ({ read }: Partial<ClaimsMap>): boolean => typeof read === "function";
  if (all.size === 0 || ![...all.values()].every((map) => isMap(map ?? {}))) {
    throw new BuildError(
      "wrong_option",
      "byIssuer(): pass a record: for each issuer, its map, for example { [issuer]: keycloak() }",
    );
  }
  return Object.freeze({
    name: "byIssuer",
    read(claims: ClaimsRecord) {
      const map = typeof claims["iss"] === "string" ? all.get(claims["iss"]) : undefined;
      if (map === undefined) throw new InvalidCredential('the claim "iss" is not an issuer of the claims map byIssuer');
      return map.read(claims);
    },
  });
}
