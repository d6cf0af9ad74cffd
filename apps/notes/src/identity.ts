/** The identity service of this application: embedded, on the application's own database. */
import { Redacted } from "lockstep";
import {
  generateIdentityKey,
  type Identity,
  identity,
  type IdentityAuditSink,
  logMail,
  type Mail,
  type TableAudit,
  tableAudit,
  WrongIdentityOption,
  WrongIssuer,
} from "lockstep-identity";
import { smtpMail } from "lockstep-identity/smtp";
import type { Logger } from "pino";
import { noteScopes, type NoteScope } from "./scopes.ts";
import { type Settings, urlOf } from "./settings.ts";
import { StartError } from "./start-error.ts";
import type { Store } from "./store/store.ts";

/** The parts that identity needs. */
export interface IdentityParts {
  readonly settings: Settings;
  readonly store: Store;
  readonly log: Logger;
  readonly audit: IdentityAuditSink;
}

/**
 * Starts identity.
 *
 * @throws StartError for a wrong `IDENTITY_KEY` or another wrong option
 */
export async function openIdentity({ settings, store, log, audit }: IdentityParts): Promise<Identity<NoteScope>> {
  try {
    return await identity({
      database: store.database,
      provider: settings.provider,
      issuer: await issuerOf(settings, store),
      audience: "notes",
      key: settings.mode === "production" ? settings.identityKeys : [await demoKey(settings.identityKeys[0], store)],
      scopes: noteScopes,
      keyPrefix: "notes",
      passwordGrant: true,
      registration: settings.registration,
      // The role in the profile says who administers. A scope only limits a credential.
      scopesOf: () => Object.keys(noteScopes) as NoteScope[],
      demo: settings.mode === "demo",
      mail: mailOf(settings, log),
      audit,
    });
  } catch (error) {
    if (error instanceof WrongIssuer) {
      throw new StartError(
        `Set NOTES_ISSUER to ${error.issuer}: the database belongs to it. To move it, run \`npm run identity -- issuer move <url>\`.`,
        { cause: error },
      );
    }
    if (error instanceof WrongIdentityOption) throw new StartError(`${error.message}.`, { cause: error });
    throw error;
  }
}

/**
 * Opens the table of audit events.
 *
 * @throws StartError for a wrong `IDENTITY_KEY`
 */
export function openAudit({ settings, store }: Pick<IdentityParts, "settings" | "store">): TableAudit {
  try {
    return tableAudit(store.database, { key: settings.identityKeys[0] });
  } catch (error) {
    if (error instanceof WrongIdentityOption) throw new StartError(`${error.message}.`, { cause: error });
    throw error;
  }
}

/**
 * Returns the issuer. Without `NOTES_ISSUER` it is the one of the first start on this database, so processes on several ports
 * have the same.
 */
async function issuerOf({ issuer, host, port }: Settings, { settings }: Store): Promise<string> {
  const kept = await settings.keep("issuer", issuer ?? urlOf(host, port));
  return issuer ?? kept;
}

/**
 * Returns the demo's own key. The first start creates it and stores it beside the data that it seals, which is enough for a demo.
 */
async function demoKey(given: Redacted<string> | undefined, { settings }: Store): Promise<Redacted<string>> {
  return given ?? new Redacted(await settings.keep("identity_key", generateIdentityKey().reveal()));
}

function mailOf({ smtp, mode }: Settings, log: Logger): Mail {
  if (smtp !== undefined) return smtpMail(smtp);
  if (mode === "demo") return logMail((text) => log.warn({ mail: text }, "mail"));
  return {
    send: async () => {
      throw new StartError("Set SMTP_URL, so users can reset their passwords: without it, no mail is sent.");
    },
  };
}
