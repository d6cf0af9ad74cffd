/** Changes the password of a signed-in user. */
import { problem, type Redacted } from "lockstep";
import { lockAccount } from "../account-table/account-store.ts";
import { changePasswordHash } from "../account-table/password-store.ts";
import { endEverythingOf } from "../lineage/end-account.ts";
import { liveApiKeysOf } from "../lineage/end-api-keys.ts";
import { passwordChanged } from "../mail/message.ts";
import { checkOwnPassword, type ShownPassword, wrongPassword } from "../password/own-password.ts";
import { hashPassword } from "../password/password-hash.ts";
import { checkNewPassword } from "../password/password-policy.ts";
import { type AccountServices, messageContext } from "./account-services.ts";

/** A request to change the password. */
export interface PasswordChangeRequest extends ShownPassword {
  readonly newPassword: Redacted<string>;
  /** The ids of the API keys that go on. */
  readonly keepApiKeys: readonly string[];
}

/**
 * Changes the password of the caller's account. Ends every other session of it and every API key, except those that the caller
 * names (S-05). Links that were sent become invalid.
 *
 * @throws Problem 403 `wrong_password` (also if another request has just changed the password), 422 `weak_password`, 422
 * `unknown_api_key` if a key to keep is not one of the caller's that work; then nothing has changed; 429
 */
export async function changePassword(request: PasswordChangeRequest, services: AccountServices): Promise<void> {
  const { settings, outbox } = services;
  const { user, newPassword, connection, keepApiKeys } = request;
  const { id, email, passwordHash: verified } = await checkOwnPassword(request, services);
  checkNewPassword(newPassword, { email, service: settings.issuer });
  const hash = await hashPassword(newPassword, "known");
  const isChanged = await settings.audit.recorded(settings.database, connection, function* (record) {
    yield* lockAccount(id);
    const now = settings.clock();
    if (!(yield* changePasswordHash(id, { hash, now, verified }))) return false;
    const live = yield* liveApiKeysOf(id, now);
    if (keepApiKeys.some((key) => !live.includes(key))) unknownKey();
    yield* endEverythingOf(id, { reason: "password_changed", keepSession: user.sessionId, keepApiKeys }, record, settings);
    yield* record({ type: "password.changed", subject: id });
    return true;
  });
  if (!isChanged) wrongPassword(connection, settings, id);
  const message = passwordChanged(messageContext(settings));
  outbox.post({ to: email, message, kind: "password_changed", subject: id, requestId: connection.requestId });
}

function unknownKey(): never {
  problem(422, "unknown_api_key", "A key to keep is not one of your API keys, or has ended. The password was not changed.");
}
