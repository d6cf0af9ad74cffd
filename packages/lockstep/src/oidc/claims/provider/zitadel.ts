/** Zitadel. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";
import { checkLine } from "../setting.ts";

/** The options of `zitadel()`. */
export interface ZitadelOptions {
  /** The id of the project whose roles are those of this API. */
  readonly project: string;
  /** The id of the organisation in which a role has to be granted. Default: any organisation. */
  readonly organization?: string;
  /** The scopes that callers have, because the tokens have none: for everyone, or by role. Default: none. */
  readonly grants?: GrantedScopes;
}

/**
 * The map for access tokens of Zitadel. Service accounts are users there, and here.
 *
 * @throws BuildError `wrong_option`
 */
export function zitadel(options: ZitadelOptions): ClaimsMap {
  const where = "zitadel()";
  checkOptions<ZitadelOptions>(where, options, { project: true, organization: true, grants: true });
  const claim = `urn:zitadel:iam:org:project:${checkLine(where, "project", options.project)}:roles`;
  const { organization: holding, grants = [] } = options;
  return declaredMap(where, {
    name: "zitadel",
    require: [{ claim: "jti", present: true }],
    kind: "user",
    roles: [{ claim, form: "keys", ...(holding === undefined ? {} : { holding }) }],
    grants,
  });
}
