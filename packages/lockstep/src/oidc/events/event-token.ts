/**
 * Verifies signed event tokens: logout tokens and Security Event Tokens (RFC 8417). This module owns the rules that both share.
 * Everything that needs no key comes first, so a token of somebody else costs a few microseconds and causes no request.
 */
import type { JsonObject } from "../../json/strict-json.ts";
import { InvalidCredential, Unavailable } from "../../problem/error.ts";
import { payloadLimits } from "../../token/claims.ts";
import { type CompactJws, parseCompactJws, parseJsonPart } from "../../token/compact-jws.ts";
import { isPrintableLine } from "../../token/printable-line.ts";
import { verifyJws } from "../../token/verify-jws.ts";
import { claimedIssuer } from "../token-form.ts";
import type { EventIssuer } from "./event-issuer.ts";
import { EventRefused, malformed } from "./event-refused.ts";

/** A token whose signature and common claims are right. What its events say has not been looked at. */
export interface VerifiedToken<I extends EventIssuer> {
  readonly issuer: I;
  readonly claims: JsonObject;
  readonly jti: string;
  /** `iat`, in milliseconds since 1970. */
  readonly issuedAt: number;
  /** The latest time that an event of it can have, in milliseconds since 1970. */
  readonly latest: number;
  /** From then on the token is too old, in milliseconds since 1970. */
  readonly expiresAt: number;
}

const latestTime = 2 ** 41;

/**
 * Verifies a token of one of the issuers.
 *
 * @throws EventRefused (rejects) for everything that is wrong with it
 * @throws Unavailable (rejects) if the issuer's keys cannot be had, or may be too old to know the key
 */
export async function verifyEventToken<I extends EventIssuer>(
  text: string,
  issuers: ReadonlyMap<string, I>,
  clock: () => number,
): Promise<VerifiedToken<I>> {
  const nowMs = clock();
  const issuer = issuerOf(text, issuers);
  const { jws, claims } = readToken(text, issuer);
  // A token for somebody else, or an old one, causes no fetch.
  checkAudience(claims["aud"], issuer.audiences);
  const { jti } = claims;
  if (typeof jti !== "string" || !isPrintableLine(jti)) throw malformed("jti is not one printable line");
  const times = checkTimes(claims, issuer, nowMs);
  await verifySignature(jws, issuer, times.issuedAt, nowMs);
  return { issuer, claims, jti, ...times };
}

/** The configured issuer that a token names. Nothing of it is verified. */
function issuerOf<I extends EventIssuer>(text: string, issuers: ReadonlyMap<string, I>): I {
  const longest = Math.max(...[...issuers.values()].map(({ envelope }) => envelope.maxBytes));
  if (text.length > longest) throw malformed("too long");
  const issuer = issuers.get(orRefused(() => claimedIssuer(text)));
  if (issuer === undefined) throw new EventRefused("invalid_issuer", "another issuer");
  return issuer;
}

function readToken(text: string, { envelope, isExpectedType }: EventIssuer): { jws: CompactJws; claims: JsonObject } {
  return orRefused(() => {
    const jws = parseCompactJws(text, envelope);
    if (!isExpectedType(jws.header.typ)) throw malformed("another type of token");
    return { jws, claims: parseJsonPart(jws.encodedPayload, payloadLimits) };
  });
}

/** The strict readers of JWTs say why they refuse; the sender reads one code for all of it. */
function orRefused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EventRefused || !(error instanceof InvalidCredential)) throw error;
    throw new EventRefused("invalid_request", error.reason, { cause: error });
  }
}

/** Every audience must be one of ours: a token that names others as well could be passed on to us by one of them. */
function checkAudience(aud: unknown, audiences: ReadonlySet<string>): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const isOurs = named.length > 0 && named.every((each) => typeof each === "string" && audiences.has(each));
  if (!isOurs) throw new EventRefused("invalid_audience", "another audience");
}

function checkTimes(
  claims: JsonObject,
  issuer: EventIssuer,
  nowMs: number,
): Pick<VerifiedToken<EventIssuer>, "issuedAt" | "latest" | "expiresAt"> {
  const { clockToleranceSeconds, maxTokenAgeSeconds, needsExpiry } = issuer;
  const { iat, exp, nbf } = claims;
  if (!isTime(iat)) throw malformed("iat is not a time");
  const latest = nowMs + clockToleranceSeconds * 1000;
  if (iat * 1000 > latest) throw malformed("issued in the future");
  if (exp === undefined && needsExpiry) throw malformed("no exp");
  if (exp !== undefined && (!isTime(exp) || exp <= iat)) throw malformed("exp is not a time after iat");
  if (nbf !== undefined && (!isTime(nbf) || nbf * 1000 > latest)) throw malformed("not valid yet");
  const end = Math.min(iat + maxTokenAgeSeconds, exp ?? Number.POSITIVE_INFINITY);
  const expiresAt = Math.ceil((end + clockToleranceSeconds) * 1000);
  // If the clock does not return a number, every token is too old.
  if (!(nowMs < expiresAt)) throw malformed("expired");
  return { issuedAt: Math.floor(iat * 1000), latest, expiresAt };
}

/** A NumericDate (RFC 7519 §2). */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= latestTime;
}

/**
 * Verifies the signature. A token with an unknown key is refused for good only if the keys were fetched after it was issued:
 * its key may be newer than they are, and a sender that is told that its event is wrong does not send it again.
 */
async function verifySignature(jws: CompactJws, issuer: EventIssuer, issuedAt: number, nowMs: number): Promise<void> {
  const { keys, cooldownSeconds, clockToleranceSeconds } = issuer;
  if (nowMs >= keys.dueAtMs) keys.due(nowMs);
  if ((await keys.find(jws.header, nowMs)) === undefined) {
    if (keys.loadedAtMs >= issuedAt + clockToleranceSeconds * 1000) throw new EventRefused("invalid_key", "unknown key");
    throw new Unavailable("The issuer's keys may be too old to verify the event", {
      retryAfterSeconds: Math.ceil(cooldownSeconds),
    });
  }
  try {
    await verifyJws(jws, keys, nowMs);
  } catch (error) {
    if (!(error instanceof InvalidCredential)) throw error;
    throw new EventRefused("authentication_failed", error.reason, { cause: error });
  }
}
