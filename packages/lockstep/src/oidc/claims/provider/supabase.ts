/** Supabase. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";
import { checkFlag, checkLine } from "../setting.ts";

/** The options of `supabase()`. */
export interface SupabaseOptions {
  /** The name in `app_metadata` with roles; users cannot edit it. Default: no roles. */
  readonly roles?: string;
  /** Whether users who signed in anonymously are callers. Default: `false`. */
  readonly anonymous?: boolean;
  /** The scopes that callers have, because the tokens have none: for everyone, or by role. Default: none. */
  readonly grants?: GrantedScopes;
}

/**
 * The map for access tokens of Supabase. The keys `anon` and `service_role` are refused: they are nobody's. `user_metadata` is
 * never read, because users edit it themselves; so there is no verified e-mail address either.
 *
 * @throws BuildError `wrong_option`
 */
export function supabase(options: SupabaseOptions = {}): ClaimsMap {
  const where = "supabase()";
  checkOptions<SupabaseOptions>(where, options, { roles: true, anonymous: true, grants: true });
  const { roles, anonymous, grants = [] } = options;
  return declaredMap(where, {
    name: "supabase",
    require: [
      { claim: "role", is: "authenticated" },
      ...(checkFlag(where, "anonymous", anonymous) ? [] : [{ claim: "is_anonymous", not: true, setting: "anonymous" }]),
    ],
    kind: "user",
    roles: roles === undefined ? [] : [{ claim: ["app_metadata", checkLine(where, "roles", roles)] }],
    grants,
    email: "never",
    session: "session_id",
  });
}
