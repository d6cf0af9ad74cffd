/** Microsoft Entra ID. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimReader } from "../claim-reader.ts";
import { declaredMap, type RoleSource } from "../claims-map.ts";

/** The options of `entra()`. */
export interface EntraOptions {
  /** The role for each group, by the group's object id. Default: groups are not roles. */
  readonly groups?: Readonly<Record<string, string>>;
}

/**
 * The map for access tokens of Microsoft Entra ID, of version 1 and 2. A caller is the `oid` in a tenant (`tid`), because `sub`
 * differs from application to application. Roles are app roles. A client's app roles are its scopes as well, because it has no
 * others.
 *
 * If a user is in too many groups, the token has a link to them instead. Then the user has no role from a group, and nothing is
 * fetched.
 *
 * @throws BuildError `wrong_option`
 */
export function entra(options: EntraOptions = {}): ClaimsMap {
  checkOptions<EntraOptions>("entra()", options, { groups: true });
  const { groups } = options;
  const roles: RoleSource[] = ["roles"];
  if (groups !== undefined) roles.push({ claim: "groups", names: groups, unless: ["_claim_names", "hasgroups"] });
  return declaredMap(
    "entra()",
    {
      name: "entra",
      require: [{ claim: "nonce", present: false }],
      // ID tokens name no client and no scopes. A token without `idtyp` is a client's if its subject is its object.
      kind: [
        { kind: "user", when: ({ scp, idtyp, ...others }) => hasClient(others) && scp !== undefined && idtyp !== "app" },
        {
          kind: "client",
          when: ({ scp, idtyp, sub, oid, ...others }) =>
            hasClient(others) &&
            scp === undefined &&
            (idtyp === "app" || (idtyp === undefined && oid !== undefined && sub === oid)),
          scopes: "roles",
        },
      ],
      subject: { joined: ["tid", "oid"] },
      roles,
      scopes: "scp",
      email: { claim: "email", verified: "xms_edov" },
      client: ["azp", "appid"],
    },
    checkTenant,
  );
}

function hasClient({ azp, appid }: Readonly<Record<string, unknown>>): boolean {
  return azp !== undefined || appid !== undefined;
}

/** The issuer's URL names the tenant: a segment of its path is the claim `tid`. */
function checkTenant(reader: ClaimReader): void {
  const tenant = reader.text("tid", "subject");
  const issuer = reader.text("iss", "subject");
  if (tenant === undefined || issuer?.split("/").slice(3).includes(tenant) !== true) {
    reader.refuse("tid", "subject", "is missing, or is not the tenant in the issuer");
  }
}
