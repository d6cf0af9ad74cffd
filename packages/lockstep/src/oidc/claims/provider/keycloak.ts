/** Keycloak. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimsRecord } from "../claim-reader.ts";
import { declaredMap, type RoleSource } from "../claims-map.ts";
import { checkFlag, checkLine } from "../setting.ts";

/** The options of `keycloak()`. */
export interface KeycloakOptions {
  /** The client in Keycloak whose roles are those of this API: `resource_access.<client>.roles`. Default: no client's. */
  readonly client?: string;
  /** Whether the roles of the realm count, too (`realm_access.roles`). Default: `false`. */
  readonly realmRoles?: boolean;
}

/**
 * The map for access tokens of Keycloak. ID tokens, refresh tokens and logout tokens have the same `typ` header; the claim `typ`
 * tells them apart.
 *
 * @throws BuildError `wrong_option`
 */
export function keycloak(options: KeycloakOptions = {}): ClaimsMap {
  const where = "keycloak()";
  checkOptions<KeycloakOptions>(where, options, { client: true, realmRoles: true });
  const roles: RoleSource[] = [];
  if (options.client !== undefined) roles.push({ claim: ["resource_access", checkLine(where, "client", options.client), "roles"] });
  if (checkFlag(where, "realmRoles", options.realmRoles)) roles.push({ claim: ["realm_access", "roles"] });
  return declaredMap(where, {
    name: "keycloak",
    require: [{ claim: "typ", is: ["Bearer", "DPoP"] }],
    kind: [{ kind: "client", when: isServiceAccount }, { kind: "user" }],
    roles,
    scopes: "scope",
    client: ["azp"],
  });
}

/** The token of a service account names its client in a claim of its own, and its user begins like this. */
function isServiceAccount({ client_id, clientId, preferred_username }: ClaimsRecord): boolean {
  const isNamed = client_id !== undefined || clientId !== undefined;
  if (!isNamed || preferred_username === undefined) return isNamed;
  return typeof preferred_username === "string" && preferred_username.startsWith("service-account-");
}
