/** WorkOS AuthKit. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";

/** The options of `workos()`. */
export interface WorkOsOptions {
  /** The id of the organisation that a session has to be in, for an API of one organisation. Default: any. */
  readonly organization?: string;
}

const startsWith = (text: unknown, start: string): boolean => typeof text === "string" && text.startsWith(start);

/**
 * The map for access tokens of WorkOS. Scopes are the permissions. Roles and permissions are those in the organisation of the
 * session (`org_id`). If an administrator impersonates a user, the administrator is the caller's `actor`.
 *
 * @throws BuildError `wrong_option`
 */
export function workos(options: WorkOsOptions = {}): ClaimsMap {
  checkOptions<WorkOsOptions>("workos()", options, { organization: true });
  const { organization } = options;
  return declaredMap("workos()", {
    name: "workos",
    require: organization === undefined ? [] : [{ claim: "org_id", is: organization, setting: "organization" }],
    kind: [
      { kind: "user", when: ({ sub, sid }) => sid !== undefined && startsWith(sub, "user_") },
      { kind: "client", when: ({ sub }) => startsWith(sub, "client_") },
    ],
    roles: ["role", "roles"],
    scopes: "permissions",
  });
}
