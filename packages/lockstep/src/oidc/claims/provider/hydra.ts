/** Ory Hydra. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";
import { checkLine } from "../setting.ts";

/** The options of `hydra()`. */
export interface HydraOptions {
  /** The name in `ext` with roles, which your consent application adds. Default: no roles. */
  readonly roles?: string;
}

/**
 * The map for access tokens of Ory Hydra with the strategy `jwt`.
 *
 * @throws BuildError `wrong_option`
 */
export function hydra(options: HydraOptions = {}): ClaimsMap {
  checkOptions<HydraOptions>("hydra()", options, { roles: true });
  const { roles } = options;
  return declaredMap("hydra()", {
    name: "hydra",
    // ID tokens have neither.
    require: [
      { claim: "client_id", present: true },
      { claim: "scp", present: true },
    ],
    kind: [{ kind: "client", when: ({ sub, client_id }) => sub === client_id }, { kind: "user" }],
    roles: roles === undefined ? [] : [{ claim: ["ext", checkLine("hydra()", "roles", roles)] }],
    scopes: "scp",
    client: ["client_id"],
  });
}
