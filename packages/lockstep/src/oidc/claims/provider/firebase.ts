/** Firebase Authentication. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type ClaimRule, type GrantedScopes } from "../claims-map.ts";
import { checkFlag, checkLine } from "../setting.ts";

/** The options of `firebase()`. */
export interface FirebaseOptions {
  /** The custom claim with roles, which the Admin SDK sets. Default: no roles. */
  readonly roles?: string;
  /** The tenant of Identity Platform whose users may call. Default: users without a tenant. */
  readonly tenant?: string;
  /** Whether users who signed in anonymously are callers. Default: `false`. */
  readonly anonymous?: boolean;
  /** The scopes that callers have, because the tokens have none: for everyone, or by role. Default: none. */
  readonly grants?: GrantedScopes;
}

const provider = ["firebase", "sign_in_provider"] as const;

/**
 * The map for ID tokens of Firebase Authentication, which are its only tokens for APIs.
 *
 * @throws BuildError `wrong_option`
 */
export function firebase(options: FirebaseOptions = {}): ClaimsMap {
  const where = "firebase()";
  checkOptions<FirebaseOptions>(where, options, { roles: true, tenant: true, anonymous: true, grants: true });
  const { roles = [], tenant, anonymous, grants = [] } = options;
  const ofTenant: ClaimRule = {
    claim: ["firebase", "tenant"],
    setting: "tenant",
    ...(tenant === undefined ? { present: false } : { is: checkLine(where, "tenant", tenant) }),
  };
  return declaredMap(where, {
    name: "firebase",
    idTokens: "accept",
    require: [
      { claim: provider, present: true },
      ...(checkFlag(where, "anonymous", anonymous) ? [] : [{ claim: provider, not: "anonymous", setting: "anonymous" }]),
      ofTenant,
    ],
    kind: "user",
    roles,
    grants,
  });
}
