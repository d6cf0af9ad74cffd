/** The accounts API for programs: the application, the routes of administrators and the command line. */
import { randomUUID } from "node:crypto";
import { problem, type Redacted, type Secret } from "lockstep";
import type { Account, AccountWithEmail } from "../account-table/account-row.ts";
import {
  type AccountPage,
  deleteAccount,
  disableAccount,
  enableAccount,
  findAccountByForeignId,
  readAccount,
  readAccountByEmail,
  findAccounts,
  listAccounts,
  lockAccount,
  type NewAccount,
} from "../account-table/account-store.ts";
import { setPasswordHash } from "../account-table/password-store.ts";
import { subjectsOf } from "../account-table/subject-store.ts";
import type { EventOrigin, Recorder } from "../audit/auditor.ts";
import type { EndReason, IdentityEventDetails } from "../audit/event.ts";
import { emailKey, type ParsedEmail, parseEmail } from "../mail/email.ts";
import { endEverythingOf } from "../lineage/end-account.ts";
import { endSessions } from "../lineage/end-sessions.ts";
import { checkOptions, type KnownOptions } from "../mechanism/wrong-identity-option.ts";
import { hashPassword } from "../password/password-hash.ts";
import { checkNewPassword } from "../password/password-policy.ts";
import { isAccountId } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { makeAccount } from "./make-account.ts";
import { revokeSubjects } from "./subject-accounts.ts";

/** Who makes a change, and in which request. */
export interface ChangedBy {
  /** The `sub` of the caller. The command line has none. */
  readonly by?: string | undefined;
  /** The `X-Request-Id` of the answer. */
  readonly requestId?: string | undefined;
}

/** An account to make. The caller vouches for the address. */
export interface AccountToCreate extends ChangedBy {
  readonly email: string;
  /** Without a password, the owner has to ask for one by mail first. */
  readonly password?: Redacted<string> | undefined;
}

/** An account to take over from another system. */
export interface AccountToImport extends ChangedBy {
  /** A UUID in lower case that no other account has. Default: a random one. */
  readonly id?: string | undefined;
  /**
   * The id in the other system: one line of 1 to 255 printable characters, which no other account has. `findByForeignId()` finds
   * the account by it.
   */
  readonly foreignId?: string | undefined;
  readonly email: string;
  /** Argon2id as a PHC string. With any other hash, the owner has to ask for a new password by mail first. */
  readonly passwordHash: Secret<string> | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Which sessions end, and why. */
export interface SessionsToEnd extends ChangedBy {
  /** Only the sessions of browsers (`"browser"`) or of programs (`"tokens"`). Default: all. */
  readonly kind?: "browser" | "tokens" | undefined;
  readonly reason: EndReason;
}

/** A password that an operator sets. */
export interface PasswordToSet extends ChangedBy {
  readonly password: Redacted<string>;
  /**
   * Whether the account's sessions and API keys end. Default `"end"`, which is necessary if somebody else may have known the old
   * password.
   */
  readonly sessions?: "end" | "keep" | undefined;
}

interface HashToSet {
  readonly hash: Secret<string>;
  readonly sessions: "end" | "keep";
}

type NewAccountWithEmail = NewAccount & { readonly address: ParsedEmail };

const mostOnPage = 1000;
const maxForeignId = 255;

const changed: KnownOptions<ChangedBy> = { by: true, requestId: true };
const imported: KnownOptions<AccountToImport> = {
  id: true,
  foreignId: true,
  email: true,
  passwordHash: true,
  createdAt: true,
  ...changed,
};

/**
 * Manages accounts. Every change is recorded as an event, in the transaction of the change. Every method refuses a misspelt
 * option with `WrongIdentityOption`.
 */
export class Accounts {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Finds an account by its id (the `sub` of its tokens). */
  async find(id: string): Promise<Account | undefined> {
    return this.#settings.database.run(readAccount(id));
  }

  /** Finds an account by its address, in any spelling. */
  async findByEmail(email: string): Promise<AccountWithEmail | undefined> {
    return this.#settings.database.run(readAccountByEmail(emailKey(email)));
  }

  /** Finds an imported account by the id that it had in the other system (`import({ foreignId })`). */
  async findByForeignId(foreignId: string): Promise<Account | undefined> {
    return isForeignId(foreignId) ? this.#settings.database.run(findAccountByForeignId(foreignId)) : undefined;
  }

  /** Finds the accounts with these ids. The map has no entry for an id that no account has. */
  async findMany(ids: readonly string[]): Promise<ReadonlyMap<string, Account>> {
    const found = await this.#settings.database.run(findAccounts([...new Set(ids)]));
    return new Map(found.map((account) => [account.id, account]));
  }

  /** Lists accounts, oldest first, at most 1,000 at a time. `after` is the last account of the page before. */
  async list(page: AccountPage): Promise<readonly Account[]> {
    checkOptions("accounts.list()", page, { limit: true, after: true, offset: true });
    const { limit, ...from } = page;
    return this.#settings.database.run(listAccounts({ limit: Math.min(Math.max(Math.trunc(limit), 1), mostOnPage), ...from }));
  }

  /**
   * Makes an account.
   *
   * @throws Problem 422 `wrong_address` or `weak_password`, 409 `address_taken`
   */
  async create(account: AccountToCreate): Promise<AccountWithEmail> {
    checkOptions("accounts.create()", account, { email: true, password: true, ...changed });
    const { email, password, ...change } = account;
    const address = addressOf(email);
    if (password !== undefined) checkNewPassword(password, { email, service: this.#settings.issuer });
    const passwordHash = password && (await hashPassword(password));
    return this.#insert(
      { id: randomUUID(), address, passwordHash, createdAt: this.#settings.clock(), verifiedAt: undefined },
      change,
    );
  }

  /**
   * Imports an account from another system, with the hash of its password. Its id is a UUID, as that of every account: an id of
   * another form could be the id of a client. Pass the other system's id as `foreignId`.
   *
   * @throws Problem 422 `wrong_address`, or `invalid_input` for an `id` or a `foreignId` of another form; 409 `address_taken` if
   * an account has the address, `id_taken` if one has the id or the foreign id
   */
  async import(account: AccountToImport): Promise<AccountWithEmail> {
    checkOptions("accounts.import()", account, imported);
    const { id = randomUUID(), foreignId, email, passwordHash, createdAt, ...change } = account;
    if (!isAccountId(id)) {
      problem(422, "invalid_input", "Pass a UUID in lower case as the id, or pass the id of the other system as foreignId.");
    }
    if (foreignId !== undefined && !isForeignId(foreignId)) {
      problem(422, "invalid_input", "Pass one line of 1 to 255 printable characters as foreignId, without blanks at its ends.");
    }
    return this.#insert({ id, address: addressOf(email), foreignId, passwordHash, createdAt, verifiedAt: undefined }, change);
  }

  /**
   * Sets the password and, unless `sessions` is `"keep"`, ends the account's sessions, tokens, API keys and links. Returns false
   * if there is no such account.
   *
   * @throws Problem 422 `weak_password`
   */
  async setPassword(id: string, toSet: PasswordToSet): Promise<boolean> {
    checkOptions("accounts.setPassword()", toSet, { password: true, sessions: true, ...changed });
    const { password, sessions = "end", ...change } = toSet;
    const account = await this.find(id);
    if (account === undefined) return false;
    checkNewPassword(password, { email: account.email, service: this.#settings.issuer });
    const hash = await hashPassword(password);
    return this.#changed(id, { type: "password.set", subject: id, ...by(change) }, change, (record) =>
      this.#setPassword(id, { hash, sessions }, record),
    );
  }

  /**
   * Disables an account. Its sessions, tokens, API keys and links end, and so do the API keys that it made for service accounts,
   * because its owner has seen them. Returns false if the account is disabled already or does not exist.
   */
  async disable(id: string, change: ChangedBy = {}): Promise<boolean> {
    checkOptions("accounts.disable()", change, changed);
    return this.#changed(id, { type: "account.disabled", subject: id, ...by(change) }, change, (record) =>
      this.#disable(id, record),
    );
  }

  /**
   * Enables an account again. Everything that ended stays ended. Returns false if the account is not disabled.
   */
  async enable(id: string, change: ChangedBy = {}): Promise<boolean> {
    checkOptions("accounts.enable()", change, changed);
    return this.#changed(id, { type: "account.enabled", subject: id, ...by(change) }, change, () => enableAccount(id));
  }

  /**
   * Deletes an account with its sessions, API keys and links. The API keys that it made for service accounts end. Returns false
   * if it does not exist. Its id is never used again.
   */
  async delete(id: string, change: ChangedBy = {}): Promise<boolean> {
    checkOptions("accounts.delete()", change, changed);
    return this.#changed(id, { type: "account.deleted", subject: id, ...by(change) }, change, (record) => this.#delete(id, record));
  }

  /** Ends sessions of an account with their tokens. Returns the ids of the sessions that this call ended. */
  async endSessions(id: string, sessions: SessionsToEnd): Promise<readonly string[]> {
    checkOptions("accounts.endSessions()", sessions, { kind: true, reason: true, ...changed });
    const { kind, reason, ...change } = sessions;
    const { audit, database } = this.#settings;
    const which = { accountId: id, ...(kind === undefined ? {} : { kind }) };
    return audit.recorded(database, originOf(change), (record) => endSessions(which, reason, record, this.#settings));
  }

  async #insert(account: NewAccountWithEmail, change: ChangedBy): Promise<AccountWithEmail> {
    const settings = this.#settings;
    const { audit, database } = settings;
    const made = await audit.recorded(database, originOf(change), function* (record) {
      const inserted = yield* makeAccount(account, settings);
      if (inserted !== undefined) yield* record({ type: "account.created", subject: inserted.id, ...by(change) });
      return inserted ?? ((yield* readAccountByEmail(account.address.key)) === undefined ? "id" : "address");
    });
    if (made === "address") problem(409, "address_taken", "An account with this address already exists.");
    if (made === "id") problem(409, "id_taken", "An account with this id or foreign id already exists.");
    return { ...made, email: account.address.email };
  }

  /** Runs a change, and records it if it returns true. */
  async #changed(
    id: string,
    details: IdentityEventDetails,
    change: ChangedBy,
    work: (record: Recorder) => Work<boolean>,
  ): Promise<boolean> {
    const { audit, database } = this.#settings;
    return audit.recorded(database, originOf(change), function* (record) {
      yield* lockAccount(id);
      const isChanged = yield* work(record);
      if (isChanged) yield* record(details);
      return isChanged;
    });
  }

  *#setPassword(id: string, { hash, sessions }: HashToSet, record: Recorder): Work<boolean> {
    const isSet = yield* setPasswordHash(id, { hash, now: this.#settings.clock() });
    if (isSet && sessions === "end") yield* endEverythingOf(id, { reason: "password_changed" }, record, this.#settings);
    return isSet;
  }

  *#disable(id: string, record: Recorder): Work<boolean> {
    const isDisabled = yield* disableAccount(id, this.#settings.clock());
    if (isDisabled) yield* endEverythingOf(id, { reason: "account_disabled" }, record, this.#settings);
    return isDisabled;
  }

  *#delete(id: string, record: Recorder): Work<boolean> {
    if ((yield* readAccount(id)) === undefined) return false;
    yield* endEverythingOf(id, { reason: "account_deleted" }, record, this.#settings);
    // A subject that comes again gets another account. Its tokens from before are of this one.
    yield* revokeSubjects(yield* subjectsOf(id), this.#settings);
    return yield* deleteAccount(id);
  }
}

/** Whether a text is one line of printable characters, which both databases index and a log shows as it is. */
function isForeignId(text: string): boolean {
  return text !== "" && text.length <= maxForeignId && text.trim() === text && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

/**
 * Parses an address.
 *
 * @throws Problem 422 `wrong_address`
 */
function addressOf(email: string): ParsedEmail {
  const address = parseEmail(email);
  if (address === undefined) problem(422, "wrong_address", "This is not a usable e-mail address.");
  return address;
}

function by({ by }: ChangedBy): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

function originOf({ requestId }: ChangedBy): EventOrigin {
  return requestId === undefined ? {} : { requestId };
}
