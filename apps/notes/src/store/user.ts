/** Accounts: who may sign in, and what they are. */
import { randomUUID } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { secret, type Secret } from "lockstep";
import type { Page } from "./store.ts";

/** What an account may do. */
export type Role = "user" | "admin";

/** An account, without what is secret about it. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  /** The application's flag: who is not active may sign in and sees little. */
  readonly isActive: boolean;
}

/** What signing in needs to know. */
export interface Account {
  readonly user: User;
  readonly passwordHash: Secret<string>;
}

/** What an administrator changes of an account. */
export interface UserChange {
  readonly role?: Role | undefined;
  readonly isActive?: boolean | undefined;
}

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly password_hash: string;
  readonly role: Role;
  readonly is_active: 0 | 1;
}

/** The accounts. Addresses are compared without regard to case. */
export class UserStore {
  readonly #clock: () => number;
  readonly #find: StatementSync;
  readonly #findByEmail: StatementSync;
  readonly #list: StatementSync;
  readonly #add: StatementSync;
  readonly #setPassword: StatementSync;
  readonly #update: StatementSync;
  readonly #countActiveAdmins: StatementSync;

  constructor(db: DatabaseSync, clock: () => number) {
    this.#clock = clock;
    this.#find = db.prepare("SELECT * FROM users WHERE id = ?");
    this.#findByEmail = db.prepare("SELECT * FROM users WHERE email = ?");
    this.#list = db.prepare("SELECT * FROM users ORDER BY created_at, rowid LIMIT ? OFFSET ?");
    this.#add = db.prepare("INSERT INTO users (id, email, password_hash, role, created_at) VALUES (?, ?, ?, ?, ?) RETURNING *");
    this.#setPassword = db.prepare("UPDATE users SET password_hash = ? WHERE id = ?");
    this.#countActiveAdmins = db.prepare("SELECT count(*) AS count FROM users WHERE role = 'admin' AND is_active = 1");
    // The condition and the change are one statement: two administrators who demote each other at once cannot both succeed.
    this.#update = db.prepare(`
      UPDATE users SET role = coalesce(:role, role), is_active = coalesce(:active, is_active)
      WHERE id = :id AND (
        NOT (role = 'admin' AND is_active = 1)
        OR (coalesce(:role, role) = 'admin' AND coalesce(:active, is_active) = 1)
        OR EXISTS (SELECT 1 FROM users AS other WHERE other.id <> :id AND other.role = 'admin' AND other.is_active = 1)
      )
      RETURNING *`);
  }

  find(id: string): User | undefined {
    const row = this.#find.get(id);
    return row && toUser(row);
  }

  findAccount(email: string): Account | undefined {
    const row = this.#findByEmail.get(canonicalEmail(email));
    return row && { user: toUser(row), passwordHash: secret(String(row["password_hash"])) };
  }

  list({ limit, offset }: Page): User[] {
    return this.#list.all(limit, offset).map(toUser);
  }

  add(account: { readonly email: string; readonly role: Role; readonly passwordHash: Secret<string> }): User {
    const { email, role, passwordHash } = account;
    const row = this.#add.get(randomUUID(), canonicalEmail(email), passwordHash.reveal(), role, this.#clock());
    if (row === undefined) throw new TypeError("INSERT … RETURNING gives the row");
    return toUser(row);
  }

  setPassword(id: string, passwordHash: Secret<string>): void {
    this.#setPassword.run(passwordHash.reveal(), id);
  }

  /** Changes an account, or gives `undefined` and changes nothing where no active administrator would be left. */
  update(id: string, { role, isActive }: UserChange): User | undefined {
    const row = this.#update.get({ id, role: role ?? null, active: isActive === undefined ? null : Number(isActive) });
    return row && toUser(row);
  }

  hasActiveAdmin(): boolean {
    return this.#countActiveAdmins.get()?.["count"] !== 0;
  }
}

function canonicalEmail(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}

function toUser(row: object): User {
  // The statements above select every column, and the schema checks what is in them.
  const { id, email, role, is_active } = row as UserRow;
  return { id, email, role, isActive: is_active === 1 };
}
