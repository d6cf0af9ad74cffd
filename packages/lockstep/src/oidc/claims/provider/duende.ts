/** Duende IdentityServer. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimsRecord } from "../claim-reader.ts";
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
    kind: [{ kind: "client", when: isClient, subject: "client_id" }, { kind: "user" }],
    roles: options.roles ?? "role",
    scopes: "scope",
    client: ["client_id"],
  });
}

/**
 * The token of a client has no subject, or the one that the verifier made of the client, with a prefix. A user's token says when
 * the user signed in, so a user whose subject ends like the name of a client is not taken for it.
 */
function isClient({ sub, client_id, auth_time }: ClaimsRecord): boolean {
  if (sub === undefined || sub === client_id) return true;
  return auth_time === undefined && typeof sub === "string" && typeof client_id === "string" && sub.endsWith(client_id);
}
