/** Clerk. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";

/** The options of `clerk()`. */
export interface ClerkOptions {
  /** The scopes that callers have, because session tokens have none: for everyone, or by role. Default: none. */
  readonly grants?: GrantedScopes;
}

/**
 * The map for session tokens of Clerk. The role is the one in the organisation that is active in the session (`o.id`, in version
 * 1 `org_id`): a handler compares that organisation with the one of the object.
 *
 * @throws BuildError `wrong_option`
 */
export function clerk(options: ClerkOptions = {}): ClaimsMap {
  checkOptions<ClerkOptions>("clerk()", options, { grants: true });
  return declaredMap("clerk()", {
    name: "clerk",
    require: [
      { claim: "sid", present: true },
      // The user still has to do something, such as choosing an organisation.
      { claim: "sts", not: "pending" },
    ],
    kind: "user",
    roles: [{ claim: ["o", "rol"] }, "org_role"],
    grants: options.grants ?? [],
    client: ["azp"],
  });
}
