/** Profiles: the application's data about accounts. Identity decides who may sign in. */
import { all, type Database, first, lock, numberOf, type Row, sql, textOf, type Work } from "lockstep-identity/database";

/** The role of an account. */
export type Role = "user" | "admin";

/** The application's data about an account. */
export interface Profile {
  readonly role: Role;
  /** A user who is not active can sign in, and read only `GET /me`. */
  readonly isActive: boolean;
}

/** A change by an administrator. */
export interface ProfileChange {
  readonly role?: Role | undefined;
  readonly isActive?: boolean | undefined;
}

/** The profile of an account that nobody has changed. */
const initial: Profile = { role: "user", isActive: true };

const find = sql("SELECT role, is_active FROM notes_profiles WHERE account_id = :accountId");
const save = sql(`
  INSERT INTO notes_profiles (account_id, role, is_active) VALUES (:accountId, :role, :isActive)
  ON CONFLICT (account_id) DO UPDATE SET role = excluded.role, is_active = excluded.is_active`);
const listAdmins = sql("SELECT account_id FROM notes_profiles WHERE role = 'admin' AND is_active = 1");

/** Stores profiles. */
export class ProfileStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(accountId: string): Promise<Profile> {
    return this.#database.run(findProfile(accountId));
  }

  /** Changes a profile. Returns `undefined` and changes nothing if no active administrator would be left. */
  update(accountId: string, change: ProfileChange): Promise<Profile | undefined> {
    return this.#database.transaction(function* () {
      // Two administrators who demote each other at once must not both succeed.
      yield* lock("notes administrators");
      const current = yield* findProfile(accountId);
      const next = { role: change.role ?? current.role, isActive: change.isActive ?? current.isActive };
      if (isActiveAdmin(current) && !isActiveAdmin(next) && (yield* listActiveAdmins()).every((id) => id === accountId))
        return undefined;
      yield* all(save, { accountId, role: next.role, isActive: Number(next.isActive) });
      return next;
    });
  }

  /** Returns the ids of the active administrators' accounts. */
  activeAdmins(): Promise<readonly string[]> {
    return this.#database.run(listActiveAdmins());
  }
}

function* findProfile(accountId: string): Work<Profile> {
  const row = yield* first(find, { accountId });
  return row === undefined ? initial : toProfile(row);
}

function* listActiveAdmins(): Work<readonly string[]> {
  return (yield* all(listAdmins)).map((row) => textOf(row, "account_id"));
}

function isActiveAdmin({ role, isActive }: Profile): boolean {
  return role === "admin" && isActive;
}

function toProfile(row: Row): Profile {
  // The database checks the values of this column.
  return { role: textOf(row, "role") as Role, isActive: numberOf(row, "is_active") === 1 };
}
