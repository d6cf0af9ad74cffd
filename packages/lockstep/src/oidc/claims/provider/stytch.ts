/** Stytch. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";

/** The options of `stytch()`. */
export interface StytchOptions {
  /** The scopes that callers have, because session tokens have none: for everyone, or by role. Default: none. */
  readonly grants?: GrantedScopes;
}

const session = "https://stytch.com/session";

/**
 * The map for session tokens of Stytch. Its OAuth tokens have the same issuer; they have no session and are refused.
 *
 * @throws BuildError `wrong_option`
 */
export function stytch(options: StytchOptions = {}): ClaimsMap {
  checkOptions<StytchOptions>("stytch()", options, { grants: true });
  return declaredMap("stytch()", {
    name: "stytch",
    require: [{ claim: [session, "id"], present: true }],
    kind: "user",
    roles: [{ claim: [session, "roles"] }],
    grants: options.grants ?? [],
    session: [session, "id"],
  });
}
