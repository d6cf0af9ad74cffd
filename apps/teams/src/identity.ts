/** The identity service of this application, on the application's own database. */
import { identity, type Identity, type IdentityAuditSink, type Mail } from "lockstep-identity";
import type { Settings } from "./settings.ts";
import type { Store } from "./store/store.ts";

/** The scopes limit a credential. What a person may do is decided by their role in an organisation. */
export const teamScopes = {
  "teams:read": "Read organisations",
  "teams:write": "Work in organisations",
  "teams:admin": "Administer organisations",
} as const;
export type TeamScope = keyof typeof teamScopes;
export type TeamIdentity = Identity<TeamScope>;

/** Starts identity. Organisations own API keys, which never administer. */
export function openIdentity(settings: Settings, { database }: Store, mail: Mail, audit: IdentityAuditSink): Promise<TeamIdentity> {
  return identity({
    database,
    issuer: settings.TEAMS_ISSUER,
    audience: "teams",
    key: settings.IDENTITY_KEY,
    scopes: teamScopes,
    scopesOf: () => ["teams:read", "teams:write", "teams:admin"],
    // A key of an organisation that is gone opens nothing: the routes do not find the organisation.
    scopesOfOwner: (owner) => (owner.startsWith("org:") ? ["teams:read", "teams:write"] : undefined),
    keyPrefix: "teams",
    passwordGrant: true,
    registration: "open",
    demo: settings.TEAMS_DEMO === "1",
    mail,
    audit,
  });
}
