/**
 * The subjects of identity providers: which account a verified (issuer, kind, subject) has. An account is never found by an
 * e-mail address here, whatever a token says.
 */
import { numberOf, textOf, textOrNone } from "../store/row.ts";
import { all, first, lock, type Row, sql, type Work } from "../store/statement.ts";
import { type Account, joinedAccountColumns, toJoinedAccount } from "./account-row.ts";

/** Whom a token of an identity provider speaks of. Equal subjects of two issuers are two, and so are a person and a client. */
export interface Subject {
  /** The `iss` of the tokens, or the trust domain of SPIFFE. It contains no `#`. */
  readonly issuer: string;
  /** A person, a client that acts for itself, or a workload. */
  readonly kind: "user" | "client" | "service";
  readonly subject: string;
}

/** A subject that has an account. */
export interface LinkedSubject extends Subject {
  /** Who linked it; `undefined` if the account was made when the subject first came. */
  readonly linkedBy: string | undefined;
  /** Milliseconds since 1970. */
  readonly linkedAt: number;
}

const columns = "issuer, kind, subject, linked_by, created_at";
const find = sql(`
  SELECT ${joinedAccountColumns}, CASE WHEN a.email_key IS NULL THEN 1 ELSE 0 END AS follows FROM identity_subjects s JOIN identity_accounts a ON a.id = s.account_id
  WHERE s.id = :id`);
const ofAccount = sql(`SELECT ${columns} FROM identity_subjects WHERE account_id = :accountId ORDER BY created_at, id`);
const insert = sql(`
  INSERT INTO identity_subjects (id, issuer, kind, subject, account_id, linked_by, created_at)
  VALUES (:id, :issuer, :kind, :subject, :accountId, :linkedBy, :now)
  ON CONFLICT (id) DO NOTHING
  RETURNING id`);
const remove = sql("DELETE FROM identity_subjects WHERE id = :id AND account_id = :accountId RETURNING id");
// The address of an account that nobody signs in to by it.
const refresh = sql(`
  UPDATE identity_accounts SET email = :email, verified_at = :now WHERE id = :accountId AND email_key IS NULL RETURNING id`);

/**
 * The id of a subject: `https://login.example.com#user:alice`. It is the id of the `Caller` of `lockstep/oidc`. An issuer has no
 * fragment and a kind no colon, so the text has one reading.
 */
export function subjectId({ issuer, kind, subject }: Subject): string {
  return `${issuer}#${kind}:${subject}`;
}

/** The account of a subject. */
export interface SubjectAccount extends Account {
  /** Whether its address is the provider's. Otherwise its owner signed in with it before, and it stays. */
  readonly followsProvider: boolean;
}

/** Finds the account of a subject. One indexed look-up. */
export function* findAccountOfSubject(subject: Subject): Work<SubjectAccount | undefined> {
  const row = yield* first(find, { id: subjectId(subject) });
  return row && { ...toJoinedAccount(row), followsProvider: numberOf(row, "follows") === 1 };
}

/** Locks a subject until the transaction ends, so only one transaction makes its account. */
export function* lockSubject(subject: Subject): Work<void> {
  yield* lock(`subject:${subjectId(subject)}`);
}

/** Links a subject to an account. Returns false if the subject has one already. */
export function* insertSubject(
  subject: Subject,
  { accountId, linkedBy, now }: { readonly accountId: string; readonly linkedBy: string | undefined; readonly now: number },
): Work<boolean> {
  const row = { id: subjectId(subject), issuer: subject.issuer, kind: subject.kind, subject: subject.subject };
  return (yield* first(insert, { ...row, accountId, linkedBy: linkedBy ?? null, now })) !== undefined;
}

/** Removes the link between a subject and an account. Returns false if there is none. */
export function* removeSubject(subject: Subject, accountId: string): Work<boolean> {
  return (yield* first(remove, { id: subjectId(subject), accountId })) !== undefined;
}

/** The subjects of an account, the oldest first. */
export function* subjectsOf(accountId: string): Work<readonly LinkedSubject[]> {
  return (yield* all(ofAccount, { accountId })).map(toLinkedSubject);
}

/** Notes the address that the provider confirms. An account with an address of its own keeps it. */
export function* refreshAddress(accountId: string, email: string, now: number): Work<void> {
  yield* first(refresh, { accountId, email, now });
}

function toLinkedSubject(row: Row): LinkedSubject {
  return {
    issuer: textOf(row, "issuer"),
    // The table holds no other kind.
    kind: textOf(row, "kind") as Subject["kind"],
    subject: textOf(row, "subject"),
    linkedBy: textOrNone(row, "linked_by"),
    linkedAt: numberOf(row, "created_at"),
  };
}
