/** The user of a session, who is authenticated by its cookie. */
import { authenticate, deny, type Dependency, identified } from "lockstep";
import { accountScope, type CallerFacts, type User } from "../principal/principal.ts";
import { ownSite, type sessionScheme } from "../session/session-cookie.ts";
import type { AccountSession } from "../session/session-store.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Settings } from "../settings.ts";
import { withAccount } from "./user-email.ts";

/** A user who is authenticated by the cookie of a session. */
export type SessionUser = Dependency<User, CallerFacts | "cookie">;

/**
 * Authenticates the user of a session by its cookie. Their scopes are those that were granted at the sign-in and that the account
 * may still have, and `account`.
 */
export function sessionUser(
  settings: Pick<Settings, "issuer" | "scopesOf">,
  sessions: Pick<Sessions, "find">,
  scheme: ReturnType<typeof sessionScheme>,
): SessionUser {
  return authenticate({ session: scheme, site: ownSite(settings) }, async ({ session }) => {
    const found = (await sessions.find(session)) ?? deny("no session, or an ended one");
    const user = withAccount(userOf(found, settings.scopesOf(found.account)), found.account);
    const auth_time = Math.floor(found.authenticatedAt / 1000);
    return identified(user, { sub: user.id, scope: user.scopes.join(" "), sid: found.id, auth_time });
  });
}

function userOf({ id, account, scope, clientId, authenticatedAt }: AccountSession, allowed: readonly string[]): User {
  const granted = new Set(scope.split(" "));
  // The session of a browser is a sign-in at the service itself, so it may administer the account.
  const scopes = [...allowed.filter((each) => granted.has(each)), accountScope];
  return {
    kind: "user",
    id: account.id,
    credential: "session",
    scopes,
    sessionId: id,
    clientId,
    keyId: undefined,
    authenticatedAt,
  };
}
