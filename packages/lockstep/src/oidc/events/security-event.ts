/** The claims of a Security Event Token (RFC 8417), as SSF 1.0 §4 profiles them. */
import { isJsonObject, type Json, type JsonObject } from "../../json/strict-json.ts";
import { defined } from "../../json/member.ts";
import type { EventIssuer } from "./event-issuer.ts";
import { malformed } from "./event-refused.ts";
import { isTime, type VerifiedToken } from "./event-token.ts";
import { type EventType, eventTypeOf } from "./event-type.ts";
import type { ProviderEvent } from "./provider-event.ts";
import { type FoundSubject, readSubject } from "./subject-identifier.ts";

/** A transmitter that is known. */
export interface Transmitter extends EventIssuer {
  /** The issuers whose tokens it may speak about. */
  readonly subjectIssuers: readonly string[];
}

/** Some transmitters write milliseconds, as early drafts of CAEP did. As seconds they would be after the year 5138. */
const leastMilliseconds = 1e11;
const longestText = 1024;

/**
 * Reads the event of a verified token. A type that is not understood is an event without effect, so it is acknowledged.
 *
 * @throws EventRefused
 */
export function readSecurityEvent(token: VerifiedToken<Transmitter>): ProviderEvent {
  const { issuer, claims, jti, expiresAt } = token;
  // SSF 1.0 §4.1.2: a `sub` would make it look like an access token, and a `nonce` like an ID token.
  for (const name of ["sub", "nonce"]) if (claims[name] !== undefined) throw malformed(`a security event has no ${name}`);
  const { name, payload, type } = eventIn(claims["events"] ?? null);
  const common = { name, issuer: issuer.issuer, jti, expiresAt, at: timeOf(payload, token) };
  if (type === undefined) return { ...common, type: "unknown", revokes: false, targets: [], ignored: "unknown_event" };
  const about = type.opaque === "nobody" ? ({ targets: [] } as const) : subjectOf(claims, payload, issuer, type);
  const isAboutSomebody = about.targets.length > 0;
  return defined<ProviderEvent>({
    ...common,
    ...about,
    type: type.type,
    revokes: isAboutSomebody && type.revokes(payload),
    state: type.type === "verification" ? textOf(payload, "state") : undefined,
    status: type.type === "stream-updated" ? textOf(payload, "status") : undefined,
  });
}

interface FoundEvent {
  readonly name: string;
  readonly payload: JsonObject;
  readonly type: EventType | undefined;
}

/**
 * The event. Others beside it may be further names of the same event (SSF 1.0 §4.1.1), so those that are not understood do not
 * count. Two that are understood would be two events.
 */
function eventIn(events: Json): FoundEvent {
  if (!isJsonObject(events)) throw malformed("events is not an object");
  const all = Object.entries(events).map(([name, payload]) => {
    if (!isJsonObject(payload)) throw malformed("an event is not an object");
    return { name, payload, type: eventTypeOf(name) };
  });
  const known = all.filter(({ type }) => type !== undefined);
  if (known.length > 1) throw malformed("several events in one token");
  const found = known[0] ?? all[0];
  if (found === undefined || found.name.length > longestText) throw malformed("no event");
  return found;
}

/** When it happened: the event says so itself (CAEP 1.0 §2), or the token (RFC 8417 §2.2), or it was just now. */
function timeOf({ event_timestamp }: JsonObject, { claims, issuedAt, latest }: VerifiedToken<Transmitter>): number {
  const stated = event_timestamp ?? claims["toe"];
  if (stated === undefined) return issuedAt;
  if (!isTime(stated)) throw malformed("the time of the event is not a time");
  const at = Math.floor(stated >= leastMilliseconds ? stated : stated * 1000);
  if (at > latest) throw malformed("the event is in the future");
  return at;
}

/** Whom it is about: `sub_id` (SSF 1.0 §4.1.3), or `subject` inside the event, as earlier drafts and Google have it. */
function subjectOf(
  { sub_id }: JsonObject,
  { subject }: JsonObject,
  { subjectIssuers }: Transmitter,
  { opaque }: EventType,
): FoundSubject {
  if (sub_id !== undefined && subject !== undefined) throw malformed("two subjects");
  const named = sub_id ?? subject ?? null;
  if (!isJsonObject(named)) throw malformed("no subject");
  return readSubject(named, { subjectIssuers, opaque });
}

function textOf(payload: JsonObject, name: "state" | "status"): string | undefined {
  const value = payload[name];
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.length <= longestText) return value;
  throw malformed(`${name} is not a text`);
}
