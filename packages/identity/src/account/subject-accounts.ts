/**
 * Accounts of the subjects of identity providers: made when a subject first comes, and linked only on purpose. An e-mail address
 * in a token links nothing, because anyone who can choose it would choose the account.
 */
import { randomUUID } from "node:crypto";
import { problem } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { lockAccount, readAccount } from "../account-table/account-store.ts";
import {
  findAccountOfSubject,
  insertSubject,
  lockSubject,
  removeSubject,
  type Subject,
  subjectId,
} from "../account-table/subject-store.ts";
import { parseEmail } from "../mail/email.ts";
import { lastForeignTokenOver } from "../revocation/provider-lifetime.ts";
import { revoke } from "../revocation/revocation-log.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { makeAccount } from "./make-account.ts";

/** The longest subject of an ID token (OpenID Connect Core 1.0 §2) has 255 characters; issuer and kind come before it. */
const longestId = 2_048;

/** A subject that comes with a verified token. */
export interface ArrivingSubject extends Subject {
  /** The address, if the provider says that it has verified it. */
  readonly email?: string | undefined;
}

/** How a subject comes. */
export interface FirstSight {
  /** Decides once more in the transaction: a token that was revoked in the meantime makes no account. Default: none is. */
  readonly isRefused?: () => Work<boolean>;
  /** Who makes the account, if its subject does not come itself. */
  readonly by?: string | undefined;
}

/**
 * Returns the account of a subject, and makes it if there is none yet. However many requests come at once, one account is made.
 * Returns nothing if the token is refused.
 *
 * @throws Problem 422 `invalid_input` for a subject that is too long to store
 */
export async function accountAtFirstSight(
  subject: ArrivingSubject,
  settings: Settings,
  { isRefused, by }: FirstSight,
): Promise<Account | undefined> {
  const { audit, database, clock } = settings;
  if (subjectId(subject).length > longestId) problem(422, "invalid_input", "The subject of the token is too long.");
  return audit.recorded(database, {}, function* (record) {
    yield* lockSubject(subject);
    if (isRefused !== undefined && (yield* isRefused())) return undefined;
    const found = yield* findAccountOfSubject(subject);
    if (found !== undefined) return found;
    const now = clock();
    const email = subject.email === undefined ? undefined : parseEmail(subject.email)?.email;
    const account = yield* makeAccount(
      {
        id: randomUUID(),
        address: undefined,
        shownEmail: email,
        passwordHash: undefined,
        createdAt: now,
        verifiedAt: email === undefined ? undefined : now,
      },
      settings,
    );
    // The id is random, and nothing else of the row is unique.
    if (account === undefined) throw new TypeError("An account with a random id could not be made");
    yield* insertSubject(subject, { accountId: account.id, linkedBy: by, now });
    yield* record({
      type: "account.created",
      subject: account.id,
      issuer: subject.issuer,
      ...(by === undefined ? {} : { by }),
    });
    return account;
  });
}

/** A link between a subject and an account. */
export interface Link {
  readonly accountId: string;
  readonly subject: Subject;
  /** Who links, for the audit event. */
  readonly by: string | undefined;
}

/**
 * Links a subject to an account that exists. Part of a transaction.
 *
 * @throws Problem 404 without such an account, 409 `subject_taken` if the subject has an account
 */
export function* linkSubject({ accountId, subject, by }: Link, now: number): Work<void> {
  yield* lockAccount(accountId);
  yield* lockSubject(subject);
  if ((yield* readAccount(accountId)) === undefined) problem(404, "not_found", "There is no such account.");
  const isNew = yield* insertSubject(subject, { accountId, linkedBy: by ?? "", now });
  if (!isNew) problem(409, "subject_taken", "This subject has an account already.");
}

/**
 * Removes the link between a subject and an account, and revokes the tokens of the subject. Returns false if there is none. Part
 * of a transaction.
 */
export function* unlinkSubject({ accountId, subject }: Link, settings: Settings): Work<boolean> {
  yield* lockAccount(accountId);
  yield* lockSubject(subject);
  if (!(yield* removeSubject(subject, accountId))) return false;
  yield* revokeSubjects([subject], settings);
  return true;
}

/** Revokes the tokens that were issued until now for some subjects. Part of a transaction. */
export function* revokeSubjects(subjects: readonly Subject[], settings: Settings): Work<void> {
  const at = settings.clock();
  const expiresAt = yield* lastForeignTokenOver(settings, at);
  for (const subject of subjects) yield* revoke({ kind: "subject", key: subjectId(subject), at, expiresAt });
}
