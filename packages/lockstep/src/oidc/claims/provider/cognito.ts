/** Amazon Cognito. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";

/** The options of `cognito()`. */
export interface CognitoOptions {
  /** The identifier of the resource server and a slash, for example `notes/`. Only its scopes count, without this prefix. */
  readonly scopePrefix?: string;
}

/**
 * The map for access tokens of Amazon Cognito. Roles are the groups of the user pool. Access tokens hold no e-mail address.
 *
 * @throws BuildError `wrong_option`
 */
export function cognito(options: CognitoOptions = {}): ClaimsMap {
  checkOptions<CognitoOptions>("cognito()", options, { scopePrefix: true });
  const { scopePrefix } = options;
  return declaredMap("cognito()", {
    name: "cognito",
    require: [{ claim: "token_use", is: "access" }],
    kind: [
      { kind: "user", when: ({ username }) => username !== undefined },
      { kind: "client", when: ({ sub, client_id }) => client_id !== undefined && sub === client_id },
    ],
    roles: "cognito:groups",
    scopes: scopePrefix === undefined ? "scope" : { claim: "scope", prefix: scopePrefix },
    client: ["client_id"],
    session: "origin_jti",
  });
}
