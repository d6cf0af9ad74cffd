/** Okta. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";

/** The options of `okta()`. */
export interface OktaOptions {
  /** The claim of your authorization server with the groups, for example `groups`. Default: no roles. */
  readonly roles?: string;
}

/**
 * The map for access tokens of a custom authorization server of Okta. A user is the `uid`: `sub` is a sign-in name, which another
 * person can get later.
 *
 * @throws BuildError `wrong_option`
 */
export function okta(options: OktaOptions = {}): ClaimsMap {
  checkOptions<OktaOptions>("okta()", options, { roles: true });
  return declaredMap("okta()", {
    name: "okta",
    // ID tokens name no client.
    require: [
      { claim: "cid", present: true },
      { claim: "nonce", present: false },
    ],
    kind: [
      { kind: "user", when: ({ uid }) => uid !== undefined, subject: "uid" },
      { kind: "client", when: ({ sub, cid }) => sub === cid, subject: "cid" },
    ],
    roles: options.roles ?? [],
    scopes: "scp",
    client: ["cid"],
  });
}
