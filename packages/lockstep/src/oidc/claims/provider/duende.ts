/** Duende IdentityServer. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";

/** The options of `duende()`. */
export interface DuendeOptions {
  /** The claim with roles. Default: `role`. */
  readonly roles?: string;
}

/**
 * The map for access tokens of Duende IdentityServer. The token of a client has no `sub`.
 *
 * @throws BuildError `wrong_option`
 */
export function duende(options: DuendeOptions = {}): ClaimsMap {
  checkOptions<DuendeOptions>("duende()", options, { roles: true });
  return declaredMap("duende()", {
    name: "duende",
    require: [{ claim: "client_id", present: true }],
    kind: [
      { kind: "client", when: ({ sub, client_id }) => sub === undefined || sub === client_id, subject: "client_id" },
      { kind: "user" },
    ],
    roles: options.roles ?? "role",
    scopes: "scope",
    client: ["client_id"],
  });
}
