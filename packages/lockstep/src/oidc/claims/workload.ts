/**
 * Maps of workloads: jobs, pods and servers that prove who they are with a token of their platform. The platform issues tokens
 * to everybody's workloads for every audience, so issuer and audience are not a rule for access: the map lists the workloads that
 * may call, and compares them exactly.
 */
import { BuildError } from "../../problem/error.ts";
import type { ClaimsMap } from "./caller.ts";
import { ClaimReader, type ClaimsRecord } from "./claim-reader.ts";
import { checkScopes, checkTexts, wrongSetting } from "./setting.ts";

/** The roles and scopes of a workload. */
export interface WorkloadGrants {
  /** Default: none. */
  readonly roles?: readonly string[];
  /** Default: none. */
  readonly scopes?: readonly string[];
}

/** The workload that a token speaks of. */
export interface WorkloadIdentity {
  readonly subject: string;
  /** The issuer, if it is not the claim `iss`. */
  readonly issuer?: string;
}

/** A platform. */
export interface WorkloadPlatform<R extends WorkloadGrants, I extends WorkloadIdentity> {
  readonly name: string;
  /** The function that messages name. */
  readonly where: string;
  /** The workloads that may call. The first rule that matches decides. */
  readonly allow: readonly R[];
  /** Checks a rule when the map is made. */
  readonly checkRule: (where: string, rule: R) => void;
  /** Reads the identity of a token, and refuses a token that has none. */
  readonly identify: (reader: ClaimReader) => I;
  readonly matches: (rule: R, identity: I) => boolean;
}

/**
 * Makes the map of a platform.
 *
 * @throws BuildError `wrong_option` without at least one rule
 */
export function workloadMap<R extends WorkloadGrants, I extends WorkloadIdentity>(platform: WorkloadPlatform<R, I>): ClaimsMap {
  const { name, where, identify, matches } = platform;
  const rules = checkRules(platform);
  return Object.freeze({
    name,
    read(claims: ClaimsRecord) {
      const reader = new ClaimReader(name, claims);
      const identity = identify(reader);
      const rule = rules.find((each) => matches(each, identity));
      if (rule === undefined) return reader.refuse("sub", "allow", `is not a workload that ${where} allows`);
      const { subject, issuer } = identity;
      return { kind: "service" as const, subject, issuer, roles: rule.roles ?? [], scopes: rule.scopes ?? [] };
    },
  });
}

/** The rules are copied, so nobody adds one to the list later. */
function checkRules<R extends WorkloadGrants, I extends WorkloadIdentity>(platform: WorkloadPlatform<R, I>): readonly R[] {
  const { where, allow, checkRule } = platform;
  if (!Array.isArray(allow) || allow.length === 0) {
    throw new BuildError(
      "wrong_option",
      `${where}: set allow to a list of the workloads that may call: every other token of the issuer is refused`,
    );
  }
  return allow.map((rule: R) => {
    checkRule(`${where}: allow`, rule);
    if (rule.roles !== undefined) checkTexts(`${where}: allow`, "roles", rule.roles);
    if (rule.scopes !== undefined) checkScopes(`${where}: allow`, "scopes", rule.scopes);
    return Object.freeze({ ...rule });
  });
}

/**
 * Returns a setting that has the form of a name.
 *
 * @throws BuildError `wrong_option`, also for a pattern: `*` matches nothing
 */
export function checkName(where: string, name: string, value: unknown, form: RegExp): string {
  if (typeof value === "string" && form.test(value)) return value;
  throw wrongSetting(where, `set ${name} to one exact name: it is compared as it is, and patterns such as * are not names`);
}
