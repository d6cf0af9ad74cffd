/** FusionAuth. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";

/** The options of `fusionauth()`. */
export interface FusionAuthOptions {
  /** The scopes that callers have: for everyone, or by role. Default: those in the claim `scope`. */
  readonly grants?: GrantedScopes;
}

/**
 * The map for access tokens of FusionAuth. The user has to be registered with the application: otherwise the token has no
 * `applicationId`, and is refused.
 *
 * @throws BuildError `wrong_option`
 */
export function fusionauth(options: FusionAuthOptions = {}): ClaimsMap {
  checkOptions<FusionAuthOptions>("fusionauth()", options, { grants: true });
  const { grants } = options;
  return declaredMap("fusionauth()", {
    name: "fusionauth",
    require: [
      { claim: "applicationId", present: true },
      { claim: "tty", not: ["id", "rt"] },
      { claim: "nonce", present: false },
    ],
    kind: "user",
    roles: "roles",
    ...(grants === undefined ? { scopes: "scope" } : { grants }),
    client: ["applicationId"],
  });
}
