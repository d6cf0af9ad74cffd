/** `claimsMap()`: the map of an issuer, declared. The ready maps are made of it. */
import type { Caller, CallerKind, ClaimsMap, MappedCaller } from "./caller.ts";
import { type ClaimPath, ClaimReader, type ClaimsRecord } from "./claim-reader.ts";
import { type CheckedMap, checkMapOptions } from "./map-options.ts";

/** A kind of caller, and how its tokens are recognised. */
export interface KindRule {
  readonly kind: CallerKind;
  /** Tells whether a token is of this kind. Default: every token is. */
  readonly when?: (claims: ClaimsRecord) => boolean;
  /** The claim with the subject. Default: the subject of the map. */
  readonly subject?: SubjectSource;
  /** The claim with the scopes. Default: the scopes of the map. */
  readonly scopes?: ScopeSource;
}

/** A claim with the subject, or several that are joined with `/` and do not contain it. */
export type SubjectSource = ClaimPath | { readonly joined: readonly [string, string, ...string[]] };

/** A claim with roles: its exact name, or more about it. */
export type RoleSource =
  | string
  | {
      readonly claim: ClaimPath;
      /** `"list"`: texts in a list, or one text, which is never split. `"keys"`: the names of members. Default: `"list"`. */
      readonly form?: "list" | "keys";
      /** With the form `"keys"`: only names whose members contain this member. */
      readonly holding?: string;
      /** The role for each text in the claim; others are left out. Default: each text is a role. */
      readonly names?: Readonly<Record<string, string>>;
      /** Claims that say that this one is incomplete. If one of them is there, nothing is read. */
      readonly unless?: readonly string[];
    };

/** A claim with scopes: its exact name, or more about it. It holds a text (RFC 6749 §3.3) or a list. */
export type ScopeSource =
  | string
  | {
      readonly claim: ClaimPath;
      /** Scopes that begin with it are the API's own and are used without it. Others are left out. */
      readonly prefix?: string;
    };

/**
 * The scopes that the application grants to callers whose tokens have none: to everyone, or by role. Without them, routes that
 * ask for a scope are 403.
 */
export type GrantedScopes = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** A value of a claim that a rule names. */
export type ClaimConstant = string | number | boolean;

/** A claim that a token must, or must not, have. It tells access tokens from the other tokens of an issuer. */
export type ClaimRule = {
  readonly claim: ClaimPath;
  /** The setting that audit events name. Default: `require`. */
  readonly setting?: string;
} & (
  | { /** Its value is this, or one of these. */ readonly is: ClaimConstant | readonly ClaimConstant[] }
  | { /** It is absent, or it has another value. */ readonly not: ClaimConstant | readonly ClaimConstant[] }
  | { /** Whether it has to be there, or must not be. */ readonly present: boolean }
);

/** The options of `claimsMap()`. */
export interface ClaimsMapOptions {
  /** A name for audit events. */
  readonly name: string;
  /** The kind of all callers, or rules for several: the first that fits decides, and a token that fits none is refused. */
  readonly kind: CallerKind | readonly [KindRule, ...KindRule[]];
  /** The claim with the subject. Default: `sub`. */
  readonly subject?: SubjectSource;
  /** The claims with roles. Default: no roles. */
  readonly roles?: RoleSource | readonly RoleSource[];
  /** The claim with the scopes. Default: no scopes. */
  readonly scopes?: ScopeSource;
  /** Scopes for tokens of issuers that have none; not beside `scopes`. */
  readonly grants?: GrantedScopes;
  /**
   * The claim with the e-mail address, and the one that is `true` if it was verified. Default: `email` and `email_verified`
   * (OpenID Connect Core 1.0 §5.1). `"never"`: the issuer verifies none.
   */
  readonly email?: "never" | { readonly claim: ClaimPath; readonly verified: ClaimPath };
  /** The claims with the client; the first that is there counts. Default: `client_id`, then `azp`. */
  readonly client?: readonly string[];
  /** The claim with the session. Default: `sid`. */
  readonly session?: ClaimPath;
  /** What every token must say. */
  readonly require?: readonly ClaimRule[];
  /** `"accept"`: the issuer has only ID tokens. Default: `"refuse"`, for tokens with a claim that only ID tokens have. */
  readonly idTokens?: "refuse" | "accept";
}

/** Only ID tokens have the first two (OpenID Connect Core 1.0 §3.3.2.11), and only logout tokens and other events the third. */
const notOfAccessTokens = ["at_hash", "c_hash", "events"] as const;

/**
 * Declares which claims of an issuer hold the subject, the kind, the roles and the scopes. Names of claims are exact. A token
 * with a claim of an unexpected shape is refused.
 *
 * @throws BuildError `wrong_option`, also for roles in a claim that users can edit themselves, such as `user_metadata`
 *
 * @example
 * ```ts
 * const acme = claimsMap({
 *   name: "acme",
 *   kind: [{ kind: "client", when: ({ sub, client_id }) => sub === client_id }, { kind: "user" }],
 *   roles: "https://acme.example/roles",
 *   scopes: { claim: "scp", prefix: "notes/" },
 *   require: [{ claim: "token_use", is: "access" }],
 * });
 * ```
 */
export function claimsMap(options: ClaimsMapOptions): ClaimsMap {
  return declaredMap("claimsMap()", options);
}

/**
 * Makes the map of a function, which the messages name. `check` refuses tokens for reasons that rules cannot say.
 *
 * @throws BuildError `wrong_option`
 */
export function declaredMap(where: string, options: ClaimsMapOptions, check?: (reader: ClaimReader) => void): ClaimsMap {
  const map = checkMapOptions(where, options);
  const read = (claims: ClaimsRecord): MappedCaller => {
    const reader = new ClaimReader(map.name, claims);
    check?.(reader);
    return readCaller(map, reader);
  };
  return Object.freeze({ name: map.name, read });
}

function readCaller(map: CheckedMap, reader: ClaimReader): MappedCaller {
  const events = map.idTokens === "accept" ? notOfAccessTokens.slice(2) : notOfAccessTokens;
  for (const claim of events) checkRule(reader, { claim, present: false, setting: "idTokens" });
  for (const rule of map.require) checkRule(reader, rule);
  const rule = map.kinds.find(({ when }) => when === undefined || when(reader.claims) === true);
  if (rule === undefined) return reader.refuse("sub", "kind", "belongs to a token that no rule fits");
  const roles = map.roles.flatMap((source) => rolesIn(reader, source));
  const scopes = rule.scopes ?? map.scopes;
  return {
    kind: rule.kind,
    subject: subjectIn(reader, rule.subject ?? map.subject),
    roles,
    scopes: scopes === undefined ? grantedTo(map.grants, roles) : scopesIn(reader, scopes),
    email: emailIn(reader, map.email),
    actor: reader.find("act", "act") === undefined ? undefined : required(reader, ["act", "sub"], "act"),
    client: map.client.map((claim) => reader.text(claim, "client")).find((found) => found !== undefined),
    session: reader.text(map.session, "session"),
  };
}

function checkRule(reader: ClaimReader, rule: ClaimRule): void {
  const setting = rule.setting ?? "require";
  const value = reader.find(rule.claim, setting);
  if ("present" in rule) {
    if ((value !== undefined) !== rule.present)
      reader.refuse(rule.claim, setting, rule.present ? "is missing" : "must not be there");
    return;
  }
  const isAmong = (constants: ClaimConstant | readonly ClaimConstant[]): boolean =>
    [constants].flat().some((constant) => constant === value);
  const isRight = "is" in rule ? isAmong(rule.is) : !isAmong(rule.not);
  if (!isRight) reader.refuse(rule.claim, setting, value === undefined ? "is missing" : "has a value that is not accepted");
}

function required(reader: ClaimReader, path: ClaimPath, setting: string): string {
  return reader.text(path, setting) ?? reader.refuse(path, setting, "is missing");
}

function subjectIn(reader: ClaimReader, source: SubjectSource): string {
  if (typeof source === "string" || !("joined" in source)) return required(reader, source, "subject");
  return source.joined
    .map((claim) => {
      const part = required(reader, claim, "subject");
      return part.includes("/") ? reader.refuse(claim, "subject", "contains a slash") : part;
    })
    .join("/");
}

function rolesIn(reader: ClaimReader, source: RoleSource): readonly string[] {
  const { claim, form, holding, names, unless = [] } = typeof source === "string" ? { claim: source } : source;
  if (unless.some((sign) => reader.find(sign, "roles") !== undefined)) return [];
  const texts = form === "keys" ? reader.keys(claim, "roles", holding) : reader.texts(claim, "roles");
  if (names === undefined) return texts;
  return texts.flatMap((text) => (Object.hasOwn(names, text) ? (names[text] ?? []) : []));
}

function scopesIn(reader: ClaimReader, source: ScopeSource): readonly string[] {
  return typeof source === "string" ? reader.scopes(source, "scopes") : reader.scopes(source.claim, "scopes", source.prefix);
}

function grantedTo(grants: GrantedScopes, roles: readonly string[]): readonly string[] {
  if (isList(grants)) return grants;
  return roles.flatMap((role) => (Object.hasOwn(grants, role) ? (grants[role] ?? []) : []));
}

function isList(grants: GrantedScopes): grants is readonly string[] {
  return Array.isArray(grants);
}

/** An address counts only with a literal `true` beside it: `"true"` and `1` come from issuers that did not mean it. */
function emailIn(reader: ClaimReader, email: CheckedMap["email"]): Caller["email"] {
  if (email === "never" || reader.find(email.verified, "email") !== true) return undefined;
  const address = reader.text(email.claim, "email");
  if (address === undefined || /^[^\s@]+@[^\s@]+$/.test(address)) return address;
  return reader.refuse(email.claim, "email", "is not an e-mail address");
}
