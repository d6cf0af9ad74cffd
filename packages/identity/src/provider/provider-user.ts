/** The user of an access token that an identity provider issued: the account of the token's subject. */
import { authenticate, type Dependency, type Grants, identified, type Identified, InvalidCredential, type Scheme } from "lockstep";
import { type Caller as ProviderCaller, claims, type IdentityProvider } from "lockstep/oidc";
import { accountAtFirstSight } from "../account/subject-accounts.ts";
import type { Account } from "../account-table/account-row.ts";
import { findAccountOfSubject, refreshAddress } from "../account-table/subject-store.ts";
import type { CallerFacts, User } from "../principal/principal.ts";
import type { RevocationFeed } from "../revocation/revocation-feed.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { withAccount } from "../caller/user-email.ts";

/** The services that the dependencies need. */
export interface ProviderServices {
  readonly settings: Settings;
  readonly provider: IdentityProvider;
  readonly feed: RevocationFeed;
}

/** A user who is authenticated by a token of the provider. */
export type ProviderUser = Dependency<User, CallerFacts>;

/** The user of a token; `fresh` also asks the database whether it was revoked. */
export interface ProviderUsers {
  readonly user: ProviderUser;
  readonly fresh: ProviderUser;
}

/** Who called, at the provider. */
const callersOf = new WeakMap<User, ProviderCaller>();

/** The caller whom the provider's token of a user speaks of; `undefined` for another credential. */
export function providerCallerOf(user: User): ProviderCaller | undefined {
  return callersOf.get(user);
}

/**
 * Builds the dependencies. The account is read with each request, in one look-up, so one that was disabled is refused at once on
 * every node, whatever tokens the provider still issues for it.
 */
export function providerUsers(services: ProviderServices, scheme: Scheme<string, string>): ProviderUsers {
  const { provider, feed } = services;
  const caller = claims({ issuer: provider.tokens, map: provider.map }).of(scheme);
  return {
    user: authenticate({ caller }, ({ caller }) => userOf(caller, (token, names) => feed.isRevoked(token, names), services)),
    fresh: authenticate({ caller }, ({ caller }) =>
      userOf(caller, (token, names) => feed.isRevokedInDatabase(token, undefined, names), services),
    ),
  };
}

type RevocationCheck = (token: ProviderCaller["claims"], names: readonly string[]) => boolean | Promise<boolean>;

async function userOf(
  { principal: caller, grants }: Identified<ProviderCaller>,
  isRevoked: RevocationCheck,
  { settings, feed }: ProviderServices,
): Promise<Identified<User>> {
  const { claims: token, issuer, kind, subject, email } = caller;
  const { database } = settings;
  const known = await database.run(findAccountOfSubject({ issuer, kind, subject }));
  // The log names the subject if its account was deleted, and the account if it was signed out.
  if ((await isRevoked(token, namesOf(caller, known))) !== false) throw new InvalidCredential("revoked");
  const arriving = { issuer, kind, subject, email };
  const isRefused = (): Work<boolean> => feed.revocationOf(token, undefined, namesOf(caller, undefined));
  const account = known ?? (await accountAtFirstSight(arriving, settings, { isRefused }));
  if (account === undefined) throw new InvalidCredential("revoked");
  if (account.disabledAt !== undefined) throw new InvalidCredential("the account is disabled");
  const user = userWith(account, caller, grants);
  callersOf.set(user, caller);
  return identified(withAccount(user, await withAddress(account, known?.followsProvider ?? false, email, settings)), grants);
}

/** Notes the address that the provider confirms, if it is another one than before. Returns the account with its address. */
async function withAddress(
  account: Account,
  followsProvider: boolean,
  email: string | undefined,
  { database, clock }: Settings,
): Promise<Account> {
  if (!followsProvider || email === undefined || email === account.email) return account;
  const verifiedAt = clock();
  await database.run(refreshAddress(account.id, email, verifiedAt));
  return { ...account, email, verifiedAt };
}

function namesOf(caller: ProviderCaller, account: Account | undefined): readonly string[] {
  return account === undefined ? [caller.id] : [caller.id, account.id];
}

function userWith({ id }: Account, { scopes, claims: { auth_time } }: ProviderCaller, { client_id }: Grants): User {
  return {
    kind: "user",
    id,
    credential: "token",
    scopes,
    sessionId: undefined,
    clientId: client_id,
    keyId: undefined,
    authenticatedAt: typeof auth_time === "number" ? auth_time * 1000 : undefined,
  };
}
