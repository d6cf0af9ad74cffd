/** A user: an account of identity with what it is to this application. */
import type { Accounts } from "lockstep-identity";
import type { Role } from "./store/profile.ts";
import type { Page, Store } from "./store/store.ts";

/** A user. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  /** The application's flag: who is not active may sign in and sees little. */
  readonly isActive: boolean;
}

/** The user of an account; `undefined` where there is none, or it is disabled. */
export async function findUser(id: string, { profiles }: Store, accounts: Accounts): Promise<User | undefined> {
  const [account, profile] = await Promise.all([accounts.find(id), profiles.find(id)]);
  if (account === undefined || account.disabledAt !== undefined) return undefined;
  return { id, email: account.email, ...profile };
}

/** All users, in the order in which their accounts were made. */
export async function listUsers(page: Page, { profiles }: Store, accounts: Accounts): Promise<User[]> {
  const found = await accounts.list(page);
  return Promise.all(found.map(async ({ id, email }) => ({ id, email, ...(await profiles.find(id)) })));
}
