/** Auth0. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";
import { checkFlag } from "../setting.ts";

/** The options of `auth0()`. */
export interface Auth0Options {
  /** The claim that your Action adds for roles, for example `https://notes.example/roles`. Default: no roles. */
  readonly roles?: string;
  /** Whether the scopes are the claim `permissions`, instead of `scope`. Set it if RBAC is on for the API. Default: `false`. */
  readonly permissions?: boolean;
}

/**
 * The map for access tokens of Auth0, of both profiles.
 *
 * @throws BuildError `wrong_option`
 */
export function auth0(options: Auth0Options = {}): ClaimsMap {
  checkOptions<Auth0Options>("auth0()", options, { roles: true, permissions: true });
  return declaredMap("auth0()", {
    name: "auth0",
    // ID tokens name no client.
    require: [{ claim: "nonce", present: false }],
    kind: [
      { kind: "client", when: (claims) => clientOf(claims) !== undefined && actsForItself(claims) },
      { kind: "user", when: (claims) => clientOf(claims) !== undefined },
    ],
    roles: options.roles ?? [],
    scopes: checkFlag("auth0()", "permissions", options.permissions) ? "permissions" : "scope",
  });
}

function clientOf({ azp, client_id }: Readonly<Record<string, unknown>>): unknown {
  return client_id ?? azp;
}

/** The profile of RFC 9068 has no `gty`; the subject of a client's own token is derived from the client. */
function actsForItself(claims: Readonly<Record<string, unknown>>): boolean {
  const client = clientOf(claims);
  return claims["gty"] === "client-credentials" || (typeof client === "string" && claims["sub"] === `${client}@clients`);
}
