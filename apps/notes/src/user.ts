/** Users: accounts of identity with their profiles. */
import type { Accounts } from "lockstep-identity";
import type { Role } from "./store/profile.ts";
import type { Page, Store } from "./store/store.ts";

/** A user of the application. */
export interface User {
  readonly id: string;
  /** `null` if no address is known, as for many accounts of an identity provider. */
  readonly email: string | null;
  readonly role: Role;
  /** The application's own flag: a user who is not active can sign in, and read only `GET /me`. */
  readonly isActive: boolean;
}

/** Returns the user of an account, or `undefined` if there is no account or it is disabled. */
export async function findUser(id: string, { profiles }: Store, accounts: Accounts): Promise<User | undefined> {
  const [account, profile] = await Promise.all([accounts.find(id), profiles.find(id)]);
  if (account === undefined || account.disabledAt !== undefined) return undefined;
  return { id, email: account.email ?? null, ...profile };
}

/** Returns a page of all users, in the order in which their accounts were created. */
export async function listUsers(page: Page, { profiles }: Store, accounts: Accounts): Promise<User[]> {
  const found = await accounts.list(page);
  return Promise.all(found.map(async ({ id, email }) => ({ id, email: email ?? null, ...(await profiles.find(id)) })));
}
