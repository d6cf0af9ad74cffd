/**
 * `lockstep-identity`: what issues, stores and ends credentials. A resource server that only verifies tokens never installs
 * it: `lockstep/jwt` is enough there.
 */
export { identity, type Identity } from "./identity.ts";
export { WrongIdentityOption } from "./mechanism/wrong-identity-option.ts";
export { type IdentityOptions } from "./options.ts";
export { type Lifetimes } from "./settings.ts";

export { type Account } from "./account-table/account-row.ts";
export { type Accounts } from "./account/accounts.ts";
export { type ApiClient, type Caller, type Service, type User } from "./principal/principal.ts";
export { type ApiKeys } from "./api-key/api-keys.ts";
export { type Client } from "./client/client.ts";
export { type Clients } from "./client/clients.ts";

export { generateIdentityKey } from "./secret/identity-key.ts";
export { logMail, type Mail, type MailMessage } from "./mail/mail.ts";

export { type IdentityAuditSink, type IdentityEvent, type IdentityEventType } from "./audit/event.ts";
export { type TableAudit, tableAudit } from "./audit/table-audit.ts";

export { type CopyOptions, CopyRefused, copyTables, identityTables } from "./store/copy.ts";
export { type Database, type Listener, type Listening } from "./store/database.ts";
export { migrate, type MigrationProgress, type Schema, SchemaTooNew, versionOf } from "./store/migration.ts";
export { identitySchema } from "./store/schema.ts";
export { numberOf, numberOrNone, textOf, textOrNone, textsOf } from "./store/row.ts";
export {
  all,
  first,
  lock,
  notify,
  type Parameters,
  type Row,
  sql,
  type SqlValue,
  type Statement,
  type Step,
  type Work,
} from "./store/statement.ts";
