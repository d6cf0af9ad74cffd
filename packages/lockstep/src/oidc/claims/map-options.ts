/** The options of `claimsMap()`, checked once when the map is made. */
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { callerKinds } from "./caller.ts";
import type { ClaimRule, ClaimsMapOptions, GrantedScopes, KindRule, RoleSource, ScopeSource, SubjectSource } from "./claims-map.ts";
import { checkGrantingPath, checkLine, checkPath, checkScopes, checkTexts, wrongSetting } from "./setting.ts";

/** The options in the form that a map works with. */
export interface CheckedMap {
  readonly name: string;
  readonly kinds: readonly KindRule[];
  readonly subject: SubjectSource;
  readonly roles: readonly RoleSource[];
  readonly scopes: ScopeSource | undefined;
  readonly grants: GrantedScopes;
  readonly email: NonNullable<ClaimsMapOptions["email"]>;
  readonly client: readonly string[];
  readonly session: NonNullable<ClaimsMapOptions["session"]>;
  readonly require: readonly ClaimRule[];
  readonly idTokens: "refuse" | "accept";
}

type Parts<T> = Extract<T, { readonly claim: unknown }>;

const known: KnownOptions<ClaimsMapOptions> = {
  name: true,
  kind: true,
  subject: true,
  roles: true,
  scopes: true,
  grants: true,
  email: true,
  client: true,
  session: true,
  require: true,
  idTokens: true,
};
const ofKind: KnownOptions<KindRule> = { kind: true, when: true, subject: true, scopes: true };
const ofRole: KnownOptions<Parts<RoleSource>> = { claim: true, form: true, holding: true, names: true, unless: true };
const ofScope: KnownOptions<Parts<ScopeSource>> = { claim: true, prefix: true };
const ofRule = { claim: true, setting: true, is: true, not: true, present: true } as const;
const ofEmail = { claim: true, verified: true } as const;

/** @throws BuildError `wrong_option` */
export function checkMapOptions(where: string, options: ClaimsMapOptions): CheckedMap {
  checkOptions<ClaimsMapOptions>(where, options, known);
  const { name, kind, subject = "sub", roles = [], scopes, grants, email, client, session, require = [], idTokens } = options;
  checkLine(where, "name", name);
  const kinds: readonly KindRule[] = typeof kind === "string" ? [{ kind }] : kind;
  if (!Array.isArray(kinds) || kinds.length === 0) throw wrongSetting(where, 'set kind to "user", "client", "service" or to rules');
  for (const rule of kinds) checkKind(`${where}: kind`, rule);
  checkSubject(where, subject);
  const sources: readonly RoleSource[] = isList(roles) ? roles : [roles];
  for (const source of sources) checkRoles(`${where}: roles`, source);
  if (scopes !== undefined) checkScopeSource(`${where}: scopes`, scopes);
  if (scopes !== undefined && grants !== undefined) {
    throw wrongSetting(where, "remove grants or scopes: a token with scopes is limited to them, and grants would add to it");
  }
  if (idTokens !== undefined && idTokens !== "refuse" && idTokens !== "accept") {
    throw wrongSetting(where, 'set idTokens to "refuse" or "accept"');
  }
  for (const rule of require) checkClaimRule(`${where}: require`, rule);
  return {
    name,
    kinds,
    subject,
    roles: sources,
    scopes,
    grants: checkGrants(where, grants ?? []),
    email: checkEmail(where, email ?? { claim: "email", verified: "email_verified" }),
    client: checkTexts(where, "client", client ?? ["client_id", "azp"]),
    session: checkPath(where, "session", session ?? "sid"),
    require,
    idTokens: idTokens ?? "refuse",
  };
}

/**
 * Returns the scopes that a map grants.
 *
 * @throws BuildError `wrong_option`
 */
export function checkGrants(where: string, grants: unknown): GrantedScopes {
  if (Array.isArray(grants)) return checkScopes(where, "grants", grants);
  if (typeof grants !== "object" || grants === null) {
    throw wrongSetting(where, 'set grants to scopes, or to scopes for each role, for example { editor: ["notes:write"] }');
  }
  return Object.fromEntries(Object.entries(grants).map(([role, scopes]) => [role, checkScopes(where, "grants", scopes)]));
}

function checkKind(where: string, rule: KindRule): void {
  checkOptions<KindRule>(where, rule, ofKind);
  if (!callerKinds.has(rule.kind)) throw wrongSetting(where, 'set kind to "user", "client" or "service"');
  if (rule.when !== undefined && typeof rule.when !== "function") throw wrongSetting(where, "set when to a function of the claims");
  if (rule.subject !== undefined) checkSubject(where, rule.subject);
  if (rule.scopes !== undefined) checkScopeSource(where, rule.scopes);
}

function checkSubject(where: string, subject: SubjectSource): void {
  if (typeof subject !== "object" || !("joined" in subject)) checkPath(where, "subject", subject);
  else if (checkTexts(where, "subject", subject.joined).length < 2) throw wrongSetting(where, "set joined to at least two claims");
}

function checkRoles(where: string, source: RoleSource): void {
  if (typeof source === "string") return void checkGrantingPath(where, "roles", source);
  checkOptions<Parts<RoleSource>>(where, source, ofRole);
  const { claim, form = "list", holding, names = {}, unless = [] } = source;
  checkGrantingPath(where, "claim", claim);
  if (form !== "list" && form !== "keys") throw wrongSetting(where, 'set form to "list" or "keys"');
  if (holding !== undefined) checkLine(where, "holding", holding);
  if (holding !== undefined && form !== "keys") throw wrongSetting(where, 'set form to "keys", or remove holding');
  if (typeof names !== "object" || names === null) throw wrongSetting(where, "set names to a record: the role for each text");
  checkTexts(where, "names", Object.values(names));
  checkTexts(where, "unless", unless);
}

function checkScopeSource(where: string, source: ScopeSource): void {
  if (typeof source === "string") return void checkGrantingPath(where, "scopes", source);
  checkOptions<Parts<ScopeSource>>(where, source, ofScope);
  checkGrantingPath(where, "claim", source.claim);
  if (source.prefix !== undefined) checkLine(where, "prefix", source.prefix);
}

function checkClaimRule(where: string, rule: ClaimRule): void {
  checkOptions<Record<keyof typeof ofRule, unknown>>(where, rule, ofRule);
  checkPath(where, "claim", rule.claim);
  if (rule.setting !== undefined) checkLine(where, "setting", rule.setting);
  const [condition, ...others] = (["is", "not", "present"] as const).filter((name) => name in rule);
  if (condition === undefined || others.length > 0) throw wrongSetting(where, "set exactly one of is, not and present");
  if ("present" in rule && typeof rule.present !== "boolean") throw wrongSetting(where, "set present to true or false");
  const constants = "is" in rule ? rule.is : "not" in rule ? rule.not : true;
  const all = [constants].flat();
  if (all.length === 0 || !all.every((one) => ["string", "number", "boolean"].includes(typeof one))) {
    throw wrongSetting(where, `set ${condition} to a text, a number or a boolean, or to a list of them`);
  }
}

function checkEmail(where: string, email: NonNullable<ClaimsMapOptions["email"]>): CheckedMap["email"] {
  if (email === "never") return email;
  checkOptions<typeof email>(`${where}: email`, email, ofEmail);
  return { claim: checkPath(where, "email.claim", email.claim), verified: checkPath(where, "email.verified", email.verified) };
}

function isList(roles: RoleSource | readonly RoleSource[]): roles is readonly RoleSource[] {
  return Array.isArray(roles);
}
