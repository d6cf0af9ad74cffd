/** A principal together with what its credential brought. */
import { recogniseEverywhere } from "../brand.ts";
import { readMember } from "../json/member.ts";
import type { OneRecord } from "./principal.ts";

/**
 * What a credential grants. A verified claims set fits as it is. Lockstep takes granted scopes, audit identity, expiry and
 * revocation keys from it.
 */
export interface Grants {
  /** Who the credential speaks of (RFC 7519 §4.1.2). It is the principal's id if the principal has none. */
  readonly sub: string;
  /** Granted scopes, space-separated (RFC 6749 §3.3). */
  readonly scope?: string;
  /** When the credential expires, in seconds since 1970 (RFC 7519 §4.1.4). */
  readonly exp?: number;
  /** The token's own id. */
  readonly jti?: string;
  /** The session the credential belongs to. */
  readonly sid?: string;
  /** The client that the credential was issued to (RFC 9068 §2.2). */
  readonly client_id?: string;
  /**
   * Who acts as the subject, such as an administrator who impersonates a user: `{ sub: "root" }` (RFC 8693 §4.1). Audit events
   * name the actor. In a chain of actors, the outermost is the one who acts now.
   */
  readonly act?: unknown;
  /**
   * When the user last signed in, in seconds since 1970 (RFC 9068 §2.2.1). `stepUp()` reads it. Some issuers write a text:
   * anything but a number counts as missing.
   */
  readonly auth_time?: unknown;
  /** The authentication context class of that sign-in, one text (RFC 9068 §2.2.1). `stepUp()` reads it. */
  readonly acr?: unknown;
}

/** A principal and what its credential grants; made by `identified()`. */
export class Identified<out P> {
  static {
    recogniseEverywhere(this, "Identified");
  }

  /** Private: the type is nominal, and a principal that has `principal` and `grants` of its own is not unwrapped. */
  readonly #principal: P;
  readonly #grants: Grants;

  constructor(principal: P, grants: Grants) {
    this.#principal = principal;
    this.#grants = grants;
  }

  get principal(): P {
    return this.#principal;
  }

  get grants(): Grants {
    return this.#grants;
  }
}

/**
 * Returned from `authenticate()` to say what the credential brought beside who it belongs to. `scopes()` and `stepUp()` need it.
 * A principal without an `id` has `grants.sub` as its id.
 *
 * @example
 * ```ts
 * return user && identified(user, claims);
 * ```
 */
export function identified<P extends OneRecord>(principal: P, grants: Grants): Identified<P> {
  return new Identified(principal, grants);
}

/** The actor in grants whose `act` names none: somebody acts as the subject, and the credential does not say who. */
const unnamedActor = "(unnamed)";

/**
 * Returns who acts as the subject of a credential: the `sub` of its `act`. The actors inside that one acted before, and decide
 * nothing (RFC 8693 §4.1). `undefined` if the subject acts.
 */
export function actorOf(grants: Grants | undefined): string | undefined {
  const act = grants?.act;
  if (act === undefined || act === null) return undefined;
  const sub = typeof act === "object" ? readMember(act, "sub") : undefined;
  return typeof sub === "string" && sub !== "" ? sub : unnamedActor;
}

/** A kind is one word in lower case, so an address or a name in its place is not taken for one. */
const kindWord = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * The kind of a principal, such as `user` or `service`: its own `kind`, or what its token says. The `sub` of a client's own token
 * is its `client_id`, and that of a user's token is not (RFC 9068 §2.2). `undefined` if neither says it.
 */
export function kindOf(principal: unknown, grants: Grants | undefined): string | undefined {
  const own = typeof principal === "object" && principal !== null ? readMember(principal, "kind") : undefined;
  if (typeof own === "string" && kindWord.test(own)) return own;
  if (grants?.client_id === undefined) return undefined;
  return grants.sub === grants.client_id ? "client" : "user";
}
