/**
 * Subject identifiers (RFC 9493, SSF 1.0 §3): whom an event is about, as access tokens name them. An e-mail address or a
 * telephone number never identifies a caller: its owner at the provider may be somebody else here.
 */
import { isJsonObject, type Json, type JsonObject } from "../../json/strict-json.ts";
import { isPrintableLine } from "../../token/printable-line.ts";
import { malformed } from "./event-refused.ts";
import type { EventType } from "./event-type.ts";
import type { EventIgnored, ProviderEventTarget } from "./provider-event.ts";

/** The people and sessions that could be identified. */
export interface FoundSubject {
  readonly targets: readonly ProviderEventTarget[];
  /** Set if there are none. */
  readonly ignored?: EventIgnored;
}

/** How identifiers are read. */
export interface SubjectRules {
  /** The issuers whose tokens the sender may speak about. */
  readonly subjectIssuers: readonly string[];
  readonly opaque: EventType["opaque"];
}

const unknown: FoundSubject = { targets: [], ignored: "unknown_subject" };
const anothers: FoundSubject = { targets: [], ignored: "another_issuers_subject" };
const mostAliases = 20;
/** The parts that make a complex subject narrower than its application. */
const narrowing = ["device", "tenant", "org_unit", "group"] as const;
const parts = ["user", "session", "application", ...narrowing] as const;

/**
 * Reads an identifier.
 *
 * @throws EventRefused for one whose members are not those of its format
 */
export function readSubject(subject: JsonObject, rules: SubjectRules): FoundSubject {
  switch (formatOf(subject)) {
    case "complex":
      return readComplex(subject, rules);
    case "aliases":
      return readAliases(subject, rules);
    default:
      return readSimple(subject, rules);
  }
}

/**
 * Google's events have the older `subject_type: "iss-sub"`, and a complex subject of the drafts of SSF has parts and no format.
 */
function formatOf(subject: JsonObject): string {
  const { format, subject_type } = subject;
  if (typeof format === "string") return format;
  if (format === undefined && typeof subject_type === "string") return subject_type.replaceAll("-", "_");
  if (format === undefined && subject_type === undefined && parts.some((name) => subject[name] !== undefined)) return "complex";
  throw malformed("a subject has no format");
}

function readSimple(subject: JsonObject, { subjectIssuers, opaque }: SubjectRules): FoundSubject {
  const format = formatOf(subject);
  if (format === "iss_sub" || format === "jwt_id") {
    const issuer = nameIn(subject, "iss");
    const name = format === "iss_sub" ? nameIn(subject, "sub") : nameIn(subject, "jti");
    if (!subjectIssuers.includes(issuer)) return anothers;
    return { targets: [format === "iss_sub" ? { kind: "subject", issuer, sub: name } : { kind: "token", issuer, jti: name }] };
  }
  if (format !== "opaque") return unknown;
  const id = nameIn(subject, "id");
  const [issuer, ...others] = subjectIssuers;
  // Without an issuer beside it, the id means something only if there is one.
  if (issuer === undefined || others.length > 0 || opaque === "nobody") return unknown;
  return { targets: [opaque === "session" ? { kind: "session", issuer, sid: id } : { kind: "subject", issuer, sub: id }] };
}

/** Several names of one subject. None is an `aliases` or a `complex` itself (RFC 9493 §3.2.8). */
function readAliases({ identifiers }: JsonObject, rules: SubjectRules): FoundSubject {
  if (!Array.isArray(identifiers) || identifiers.length === 0 || identifiers.length > mostAliases) {
    throw malformed("aliases without a list of identifiers");
  }
  const found = identifiers.map((each) => {
    if (!isJsonObject(each) || ["aliases", "complex"].includes(formatOf(each))) throw malformed("an alias is not a simple subject");
    return readSimple(each, rules);
  });
  return together(found);
}

/**
 * A subject with several parts: it is described by all of them together (SSF 1.0 §3.2). A session is the narrowest, and the user
 * beside it covers the tokens that name no session. Without a session it is the user, and only without both the application. A
 * part that is there and cannot be identified never widens the subject beyond that user: an unknown user of an application is
 * nobody, and not everyone who uses it.
 */
function readComplex(subject: JsonObject, rules: SubjectRules): FoundSubject {
  const part = (name: string, opaque: EventType["opaque"]): FoundSubject | undefined => {
    const value = subject[name];
    if (value === undefined) return undefined;
    if (!isJsonObject(value)) throw malformed(`the ${name} of a subject is not an identifier`);
    if (formatOf(value) === "complex") throw malformed("a complex subject in another one");
    return formatOf(value) === "aliases" ? readAliases(value, { ...rules, opaque }) : readSimple(value, { ...rules, opaque });
  };
  const session = part("session", "session");
  const user = part("user", "subject");
  // A session of another issuer's user is another issuer's session.
  const found = [session, user].filter((each) => each !== undefined);
  if (found.some(({ ignored }) => ignored === "another_issuers_subject")) return anothers;
  if (found.length > 0) return together(found);
  const { application } = subject;
  const narrows = narrowing.some((name) => subject[name] !== undefined);
  return application === undefined || narrows ? unknown : readApplication(application, rules);
}

function readApplication(application: Json, rules: SubjectRules): FoundSubject {
  if (!isJsonObject(application)) throw malformed("the application of a subject is not an identifier");
  const { targets, ...found } = readSimple(application, { ...rules, opaque: "subject" });
  return {
    ...found,
    targets: targets.flatMap((each) =>
      each.kind === "subject" ? [{ kind: "client", issuer: each.issuer, clientId: each.sub } as const] : [],
    ),
  };
}

function together(found: readonly FoundSubject[]): FoundSubject {
  const targets = found.flatMap((each) => each.targets);
  if (targets.length > 0) return { targets };
  return found.find(({ ignored }) => ignored === "another_issuers_subject") ?? unknown;
}

/** @throws EventRefused */
function nameIn(subject: JsonObject, name: string): string {
  const value = subject[name];
  if (typeof value === "string" && isPrintableLine(value)) return value;
  throw malformed(`the ${name} of a subject is not one printable line`);
}
