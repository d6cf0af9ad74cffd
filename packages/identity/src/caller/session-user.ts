/** The user of a session: the cookie, verified. */
import { authenticate, deny, type Dependency, identified } from "lockstep";
import type { CallerFacts, User } from "../principal/principal.ts";
import type { sessionScheme } from "../session/session-cookie.ts";
import type { AccountSession } from "../session/session-store.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Settings } from "../settings.ts";

/** A user who is known by the cookie of a session. */
export type SessionUser = Dependency<User, CallerFacts | "cookie">;

/**
 * Who is asking, by the cookie of a session. What they may do is what was granted at the sign-in, as far as the account may still
 * do it now.
 */
export function sessionUser(
  settings: Pick<Settings, "scopesOf">,
  sessions: Pick<Sessions, "find">,
  scheme: ReturnType<typeof sessionScheme>,
): SessionUser {
  return authenticate({ session: scheme }, async ({ session }) => {
    const found = (await sessions.find(session)) ?? deny("no session, or one that is over");
    const user = userOf(found, settings.scopesOf(found.account));
    return identified(user, { sub: user.id, scope: user.scopes.join(" "), sid: found.id });
  });
}

function userOf({ id, account, scope, clientId }: AccountSession, allowed: readonly string[]): User {
  const granted = new Set(scope.split(" "));
  const scopes = allowed.filter((each) => granted.has(each));
  return { kind: "user", id: account.id, credential: "session", scopes, sessionId: id, clientId, keyId: undefined };
}
