/** Adds the confirmed address of their account to a user. No token contains the address. */
import { type Advice, authorize, deny, type Dependency, type Fact } from "lockstep";
import type { Account } from "../account-table/account-row.ts";
import { findVerifiedEmail } from "../account-table/account-store.ts";
import type { User, UserWithEmail } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";

const needsUser = "Pass a dependency whose value is a user of identity: auth.withEmail(auth.currentUser)";

/** The advice that the compiler shows for a dependency that does not authenticate. */
export type AuthenticatedCheck<F> = ["authenticated"] extends [F] ? unknown : Advice<typeof needsUser>;

/** Adds the confirmed address to a user, as a dependency. */
export type WithEmail = <F extends Fact>(
  user: Dependency<User, F> & AuthenticatedCheck<F>,
) => Dependency<UserWithEmail, F | "authorized">;

/** The accounts that were read in this request, to check a session or an API key. */
const read = new WeakMap<User, Pick<Account, "email" | "verifiedAt">>();

/** Notes the account that was read with the credential of a user, so it is not read again. Returns the user. */
export function withAccount<U extends User>(user: U, account: Account): U {
  read.set(user, account);
  return user;
}

/** Builds the function that adds the address. For a token it costs one statement; for a session or a key, none. */
export function withEmailOver({ database }: Pick<Settings, "database">): WithEmail {
  return <F extends Fact>(user: Dependency<User, F> & AuthenticatedCheck<F>) => {
    // The compiler has checked the facts. `authorize()` checks them again, for JavaScript.
    const known = user as unknown as Dependency<User, "authenticated">;
    const withEmail = authorize({ user: known }, async ({ user }): Promise<UserWithEmail> => {
      const account = read.get(user);
      if (account !== undefined) return { ...user, verifiedEmail: account.verifiedAt === undefined ? undefined : account.email };
      const found = (await database.run(findVerifiedEmail(user.id))) ?? deny("the account was disabled or deleted");
      return { ...user, ...found };
    });
    // `authorize()` keeps the facts of the dependency and adds its own.
    return withEmail as unknown as Dependency<UserWithEmail, F | "authorized">;
  };
}
