/** The identity service of this application, on the application's own database. */
import { identity, type Identity, type IdentityAuditSink, type Mail } from "lockstep-identity";
import type { Settings } from "./settings.ts";
import type { Store } from "./store/store.ts";

/** The scopes limit a credential. What a person may do is decided by their role in an organisation. */
const scopes = { "teams:read": "Read organisations", "teams:write": "Work in them", "teams:admin": "Administer them" } as const;
export type Auth = Identity<keyof typeof scopes>;

export const openIdentity = (settings: Settings, { database }: Store, mail: Mail, audit: IdentityAuditSink) =>
  identity({
    database,
    provider: settings.provider,
    issuer: settings.TEAMS_ISSUER,
    audience: "teams",
    key: settings.IDENTITY_KEY,
    scopes,
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
