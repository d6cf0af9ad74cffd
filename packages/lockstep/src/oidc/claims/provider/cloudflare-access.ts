/** Cloudflare Access. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";
import { checkLine } from "../setting.ts";

/** The options of `cloudflareAccess()`. */
export interface CloudflareAccessOptions {
  /** The name of a claim in `custom` with roles, which your identity provider fills. Default: no roles. */
  readonly roles?: string;
  /** The scopes that callers have, because the tokens have none: for everyone, or by role. Default: none. */
  readonly grants?: GrantedScopes;
}

/**
 * The map for application tokens of Cloudflare Access. A service token has an empty `sub`; it is a service, named by its
 * `common_name`. The e-mail address is not used: the token does not say whether it was verified.
 *
 * @throws BuildError `wrong_option`
 */
export function cloudflareAccess(options: CloudflareAccessOptions = {}): ClaimsMap {
  const where = "cloudflareAccess()";
  checkOptions<CloudflareAccessOptions>(where, options, { roles: true, grants: true });
  const { roles, grants = [] } = options;
  return declaredMap(where, {
    name: "cloudflare-access",
    require: [{ claim: "type", is: "app" }],
    kind: [
      {
        kind: "service",
        when: ({ sub, common_name }) => common_name !== undefined && isSubjectOf(common_name, sub),
        subject: "common_name",
      },
      { kind: "user", when: ({ sub, common_name }) => sub !== "" && common_name === undefined },
    ],
    roles: roles === undefined ? [] : [{ claim: ["custom", checkLine(where, "roles", roles)] }],
    grants,
    email: "never",
  });
}

/** A service token has no subject, or the one that the verifier made of its name, with a prefix. */
function isSubjectOf(name: unknown, sub: unknown): boolean {
  return sub === undefined || sub === "" || (typeof sub === "string" && typeof name === "string" && sub.endsWith(name));
}
