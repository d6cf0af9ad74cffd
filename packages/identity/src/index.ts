/**
 * `lockstep-identity` issues, stores and ends credentials. An API that only verifies tokens does not need it; use
 * `lockstep/jwt`. Open a database with `lockstep-identity/sqlite` or `lockstep-identity/postgres`. `lockstep-identity/database`
 * has the tools for an application's own tables next to those of identity.
 */

// The service
export { identity, type Identity } from "./identity.ts";
export { type IdentityOptions } from "./options.ts";
export { type Lifetimes, type RefreshReuse } from "./settings.ts";
export { generateIdentityKey } from "./secret/identity-key.ts";
export { WrongIdentityOption } from "./mechanism/wrong-identity-option.ts";
export { WrongIssuer } from "./issuer/database-issuer.ts";

// Who is calling
export {
  type ApiClient,
  type Caller,
  type ExternalOwner,
  type Service,
  type User,
  type UserWithEmail,
} from "./principal/principal.ts";

// Accounts, clients, API keys and sessions, for programs
export { type Account, type AccountWithEmail } from "./account-table/account-row.ts";
export { type Accounts } from "./account/accounts.ts";
export { type Client } from "./client/client.ts";
export { type Clients } from "./client/clients.ts";
export { type ApiKeys } from "./api-key/api-keys.ts";
export { type Sessions } from "./session/sessions.ts";

// Events of identity providers
export { type PolledStream, type ProviderEventsOptions } from "./provider-event/provider-events.ts";
export { type ProviderEventWork } from "./provider-event/provider-event-sink.ts";
export { type Recorder } from "./audit/auditor.ts";

// Passwords, for those that your application keeps itself
export { hashPassword, needsRehash, verifyPassword } from "./password/password-hash.ts";

// Mail
export { logMail, type Mail, type MailMessage } from "./mail/mail.ts";

// Audit events
export { type IdentityAuditSink, type IdentityEvent, type IdentityEventType } from "./audit/event.ts";
export { type TableAudit, tableAudit } from "./audit/table-audit.ts";
