/** Issuers that follow RFC 9068, such as oidc-provider. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";

/** The options of `rfc9068()`. */
export interface Rfc9068Options {
  /** The claim with roles. Default: `roles` (RFC 9068 §2.2.3.1). */
  readonly roles?: string;
}

/**
 * The map for access tokens of RFC 9068. The `sub` of a client's own token is its `client_id`.
 *
 * @throws BuildError `wrong_option`
 */
export function rfc9068(options: Rfc9068Options = {}): ClaimsMap {
  checkOptions<Rfc9068Options>("rfc9068()", options, { roles: true });
  return declaredMap("rfc9068()", {
    name: "rfc9068",
    require: [{ claim: "client_id", present: true }],
    kind: [{ kind: "client", when: ({ sub, client_id }) => sub === client_id }, { kind: "user" }],
    roles: options.roles ?? "roles",
    scopes: "scope",
    client: ["client_id"],
  });
}
