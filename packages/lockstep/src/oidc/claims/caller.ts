/** The caller that a token speaks of. This module owns its id and its shape; a map owns which claims decide them. */
import { type Identified, identified } from "../../outcome/identified.ts";
import { InvalidCredential } from "../../problem/error.ts";
import { isPrintableLine } from "../../token/printable-line.ts";
import type { Claims } from "../../token/claims.ts";
import type { ClaimsRecord } from "./claim-reader.ts";

/** A person, a client that acts for itself (RFC 6749 §4.4), or a workload such as a job, a pod or a server. */
export type CallerKind = "user" | "client" | "service";

/** The principal that `claims()` makes of a token. */
export interface Caller<R extends string = string> {
  /**
   * Unique among the callers of all issuers: `https://login.example.com#user:alice`. Equal subjects of two issuers are two
   * callers, and so are a person and a client of one issuer with the same name (RFC 9068 §5).
   */
  readonly id: string;
  /** The `iss` of the token, or the trust domain of a SPIFFE ID. */
  readonly issuer: string;
  readonly kind: CallerKind;
  /** The name of the caller at the issuer, from the claim that the map says. */
  readonly subject: string;
  readonly roles: readonly R[];
  readonly scopes: readonly string[];
  /** The e-mail address, only if the issuer says in the token that it was verified. */
  readonly email?: string;
  /**
   * Who acts as the caller, such as an administrator who impersonates a user: the subject in `act` (RFC 8693 §4.1). Audit events
   * name it.
   */
  readonly actor?: string;
  /** All claims of the token. */
  readonly claims: Claims;
}

/** What a map reads from the claims of a token. */
export interface MappedCaller {
  readonly kind: CallerKind;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly email?: string | undefined;
  readonly actor?: string | undefined;
  /** The client that the token was issued to. */
  readonly client?: string | undefined;
  /** The session that the token belongs to. */
  readonly session?: string | undefined;
  /** The issuer, if it is not the claim `iss`. */
  readonly issuer?: string | undefined;
}

/** Makes callers of claims. Made by `claimsMap()` and by the maps of this package. */
export interface ClaimsMap {
  /** The name of the map in audit events. */
  readonly name: string;
  /**
   * Reads the caller.
   *
   * @throws InvalidCredential for claims of another shape: 401
   */
  readonly read: (claims: ClaimsRecord) => MappedCaller;
}

/** The kinds of callers. */
export const callerKinds: ReadonlySet<unknown> = new Set<CallerKind>(["user", "client", "service"]);

/**
 * Makes the principal and its grants. `known` are the roles that the application has; others are left out.
 *
 * @throws InvalidCredential for a caller that cannot have an id
 */
export function callerOf(map: ClaimsMap, claims: Claims, known: ReadonlySet<string> | undefined): Identified<Caller> {
  const mapped = map.read(claims);
  const { kind, subject, email, actor, client, session } = mapped;
  const issuer: unknown = mapped.issuer ?? claims.iss;
  const roles = [...new Set(mapped.roles)].filter((role) => known?.has(role) ?? true);
  const scopes = [...new Set(mapped.scopes)];
  const caller: Caller = Object.freeze({
    id: idOf(map, issuer, kind, subject),
    // `idOf` has checked that it is a text.
    issuer: issuer as string,
    kind,
    subject,
    roles: Object.freeze(roles),
    scopes: Object.freeze(scopes),
    ...(email === undefined ? {} : { email }),
    ...(actor === undefined ? {} : { actor }),
    claims,
  });
  const { sub, exp, jti } = claims;
  return identified(caller, {
    // Revocations name the `sub` of the token. Some clients have none.
    sub: isLine(sub) ? sub : subject,
    scope: scopes.join(" "),
    ...(typeof exp === "number" ? { exp } : {}),
    ...(isLine(jti) ? { jti } : {}),
    ...(session === undefined ? {} : { sid: session }),
    ...(client === undefined ? {} : { client_id: client }),
    ...(claims["act"] === undefined ? {} : { act: claims["act"] }),
    ...(claims["auth_time"] === undefined ? {} : { auth_time: claims["auth_time"] }),
    ...(claims["acr"] === undefined ? {} : { acr: claims["acr"] }),
  });
}

/**
 * An issuer has no fragment (RFC 8414 §2) and a kind no colon, so the text has one reading: two callers never share an id. An
 * issuer with a `#` is refused.
 */
function idOf({ name }: ClaimsMap, issuer: unknown, kind: unknown, subject: unknown): string {
  if (!isLine(issuer) || issuer.includes("#"))
    throw new InvalidCredential(`the claim "iss" is not the name of an issuer (claims map ${name})`);
  if (!callerKinds.has(kind)) throw new InvalidCredential(`the claims name no kind of caller (claims map ${name})`);
  if (!isLine(subject)) throw new InvalidCredential(`the claims name no subject (claims map ${name})`);
  return `${issuer}#${String(kind)}:${subject}`;
}

function isLine(value: unknown): value is string {
  return typeof value === "string" && isPrintableLine(value);
}
