/** SAP Authorization and Trust Management (XSUAA). */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import { declaredMap } from "../claims-map.ts";
import { checkLine, wrongSetting } from "../setting.ts";

/** The options of `sap()`. */
export interface SapOptions {
  /** The `xsappname` of the service binding, for example `notes!t123`: only its scopes count, without this name. */
  readonly application: string;
}

/**
 * The map for access tokens of SAP's XSUAA. The scopes of other applications in the same token are left out.
 *
 * @throws BuildError `wrong_option`
 */
export function sap(options: SapOptions): ClaimsMap {
  const where = "sap()";
  checkOptions<SapOptions>(where, options, { application: true });
  const application = checkLine(where, "application", options.application);
  if (application.endsWith(".")) throw wrongSetting(where, "set application to the xsappname, without a dot at its end");
  const forItself: ReadonlySet<unknown> = new Set(["client_credentials", "client_x509"]);
  return declaredMap(where, {
    name: "sap",
    // ID tokens and refresh tokens have no list of scopes.
    require: [
      { claim: "grant_type", present: true },
      { claim: "scope", present: true },
    ],
    kind: [
      { kind: "client", when: ({ grant_type }) => forItself.has(grant_type), subject: "client_id" },
      { kind: "user", subject: "user_id" },
    ],
    scopes: { claim: "scope", prefix: `${application}.` },
    client: ["client_id", "cid"],
  });
}
