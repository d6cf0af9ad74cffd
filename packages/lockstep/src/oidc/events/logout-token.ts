/** The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6). */
import { isJsonObject, type Json, type JsonObject } from "../../json/strict-json.ts";
import { isAbsent } from "../../json/member.ts";
import { isPrintableLine } from "../../token/printable-line.ts";
import type { EventIssuer } from "./event-issuer.ts";
import { malformed } from "./event-refused.ts";
import type { VerifiedToken } from "./event-token.ts";
import type { ProviderEvent, ProviderEventTarget } from "./provider-event.ts";

/** The member of `events` that makes a JWT a logout token (§2.4). */
export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

/**
 * Reads the event of a verified logout token. With `sid`, that session ends. With `sub`, all tokens that the person got until
 * then end as well: access tokens of many providers name no session, so those of the session cannot be told from the others.
 *
 * @throws EventRefused
 */
export function readLogout({ issuer: { issuer }, claims, jti, issuedAt, expiresAt }: VerifiedToken<EventIssuer>): ProviderEvent {
  // §2.4: a nonce makes it an ID token, which anyone who has signed in here holds.
  if (claims["nonce"] !== undefined) throw malformed("a logout token has no nonce");
  checkEvents(claims["events"] ?? null);
  const sid = nameOf(claims, "sid");
  const sub = nameOf(claims, "sub");
  const targets: readonly ProviderEventTarget[] = [
    ...(sid === undefined ? [] : [{ kind: "session", issuer, sid } as const]),
    ...(sub === undefined ? [] : [{ kind: "subject", issuer, sub } as const]),
  ];
  if (targets.length === 0) throw malformed("neither sub nor sid");
  return { type: "logout", name: logoutEvent, issuer, jti, at: issuedAt, expiresAt, revokes: true, targets };
}

/** @throws EventRefused */
function checkEvents(events: Json): void {
  const [[name, member] = [], ...others] = isJsonObject(events) ? Object.entries(events) : [];
  const isEmpty = member !== undefined && isJsonObject(member) && Object.keys(member).length === 0;
  if (name !== logoutEvent || !isEmpty || others.length > 0) throw malformed("events is not exactly that of a logout");
}

/** @throws EventRefused for one that no token can carry */
function nameOf(claims: JsonObject, name: "sid" | "sub"): string | undefined {
  const value = claims[name];
  if (isAbsent(value)) return undefined;
  if (typeof value === "string" && isPrintableLine(value)) return value;
  throw malformed(`${name} is not one printable line`);
}
