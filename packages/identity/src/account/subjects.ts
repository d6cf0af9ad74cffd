/** Which subjects of identity providers an account has: an operator or an administrator links them. */
import { problem } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { findAccountOfSubject, type LinkedSubject, type Subject, subjectsOf } from "../account-table/subject-store.ts";
import { checkOptions, type KnownOptions } from "../mechanism/wrong-identity-option.ts";
import type { Settings } from "../settings.ts";
import type { ChangedBy } from "./accounts.ts";
import { accountAtFirstSight, linkSubject, unlinkSubject } from "./subject-accounts.ts";

/** A subject to link to an account, or to take from it. */
export interface SubjectToLink extends Subject, ChangedBy {}

const named: KnownOptions<Subject> = { issuer: true, kind: true, subject: true };
const changed: KnownOptions<SubjectToLink> = { ...named, by: true, requestId: true };
const kinds: ReadonlySet<string> = new Set(["user", "client", "service"]);

/**
 * The subjects of accounts. A subject is whom a token of an identity provider speaks of: issuer, kind and subject together. It
 * gets an account of its own when it first comes, unless it was linked to another one before. Every method refuses a misspelt
 * option with `WrongIdentityOption`.
 */
export class Subjects {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Finds the account of a subject. */
  async find(subject: Subject): Promise<Account | undefined> {
    checkOptions("subjects.find()", subject, named);
    const found = await this.#settings.database.run(findAccountOfSubject(subject));
    if (found === undefined) return undefined;
    const { followsProvider: _follows, ...account } = found;
    return account;
  }

  /**
   * Returns the account of a subject, and makes it if there is none yet, as its first token would.
   *
   * @throws Problem 422 `invalid_input` for an issuer with a `#` or another kind
   */
  async account(toOpen: SubjectToLink): Promise<Account> {
    checkOptions("subjects.account()", toOpen, changed);
    const { by, requestId: _requestId, ...subject } = toOpen;
    checkSubject(subject);
    const account = await accountAtFirstSight(subject, this.#settings, { by });
    if (account === undefined) throw new TypeError("An account that nothing refuses was refused");
    return account;
  }

  /** The subjects of an account, the oldest first. */
  async of(accountId: string): Promise<readonly LinkedSubject[]> {
    return this.#settings.database.run(subjectsOf(accountId));
  }

  /**
   * Links a subject to an account: a token of the subject is one of that account from now on. Make sure that both belong to
   * the same person. Equal e-mail addresses do not show it.
   *
   * @throws Problem 404 `not_found` without such an account, 409 `subject_taken` if the subject has an account already, 422
   * `invalid_input` for an issuer with a `#` or another kind
   */
  async link(accountId: string, toLink: SubjectToLink): Promise<void> {
    checkOptions("subjects.link()", toLink, changed);
    const { by, requestId, ...subject } = toLink;
    checkSubject(subject);
    const { audit, clock, database } = this.#settings;
    await audit.recorded(database, originOf(requestId), function* (record) {
      yield* linkSubject({ accountId, subject, by }, clock());
      yield* record({ type: "account.linked", subject: accountId, issuer: subject.issuer, ...byOf(by) });
    });
  }

  /**
   * Takes a subject from an account, and revokes its tokens. When it comes again, with a newer token, it gets an account of its
   * own. Returns false if the account does not have it.
   */
  async unlink(accountId: string, toUnlink: SubjectToLink): Promise<boolean> {
    checkOptions("subjects.unlink()", toUnlink, changed);
    const { by, requestId, ...subject } = toUnlink;
    const settings = this.#settings;
    return settings.audit.recorded(settings.database, originOf(requestId), function* (record) {
      const isUnlinked = yield* unlinkSubject({ accountId, subject, by }, settings);
      if (isUnlinked) yield* record({ type: "account.unlinked", subject: accountId, issuer: subject.issuer, ...byOf(by) });
      return isUnlinked;
    });
  }
}

/** @throws Problem 422 `invalid_input` for a subject whose id would have two readings */
function checkSubject({ issuer, kind, subject }: Subject): void {
  const isLine = (text: unknown): boolean => typeof text === "string" && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text);
  if (isLine(issuer) && !issuer.includes("#") && kinds.has(kind) && isLine(subject)) return;
  problem(
    422,
    "invalid_input",
    "Pass the issuer without a fragment, the kind user, client or service, and the subject as one line.",
  );
}

function byOf(by: string | undefined): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

function originOf(requestId: string | undefined): { readonly requestId?: string } {
  return requestId === undefined ? {} : { requestId };
}
