/** The token endpoint: OAuth's password grant, for the API's own pages and programs (RFC 6749 §4.3). */
import { oauthError, type passwordRequestForm, reply, type Reply, type ValueOf } from "lockstep";
import type { Logger } from "pino";
import type { z } from "zod";
import { verifyPassword } from "./password.ts";
import type { Token } from "./schema.ts";
import type { Store } from "./store/store.ts";
import { type AccessTokens, scopesOf } from "./token.ts";

type PasswordRequest = ValueOf<ReturnType<typeof passwordRequestForm>>;

/** What signing in works with. */
export interface SignIn {
  readonly store: Store;
  readonly tokens: AccessTokens;
  readonly log: Logger;
}

/**
 * Gives a token for an address and its password. An account that is not active may sign in; `activeUser` refuses it.
 *
 * @throws OAuthError `invalid_grant`, the same for an unknown address and a wrong password; `invalid_scope`
 */
export async function signIn(form: PasswordRequest, { store, tokens, log }: SignIn): Promise<Reply<z.infer<typeof Token>>> {
  const account = store.users.findAccount(form.username);
  // One hash for each attempt, whether the account exists or not: the time must not tell.
  const isRight = await verifyPassword(form.password, account?.passwordHash);
  if (account === undefined || !isRight) {
    // Ids only: what was typed may be somebody's password in the wrong field.
    log.warn({ audit: { type: "sign_in.failed", subject: account?.user.id } }, "sign_in.failed");
    throw oauthError("invalid_grant", "The user name or the password is wrong.");
  }
  const allowed = scopesOf(account.user);
  if (form.scopes.some((scope) => !allowed.includes(scope)))
    throw oauthError("invalid_scope", "The account may not have this scope.");
  const scope = (form.scopes.length === 0 ? allowed : form.scopes).join(" ");
  const token = {
    access_token: await tokens.issue(account.user, scope),
    token_type: "bearer" as const,
    expires_in: tokens.lifetimeSeconds,
    scope,
  };
  // RFC 6749 §5.1: nobody on the way may keep it.
  return reply(200, token, { headers: { "cache-control": "no-store", pragma: "no-cache" } });
}
