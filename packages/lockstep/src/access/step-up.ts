/** `stepUp()`: did the user authenticate recently and strongly enough? A refusal is 401 `insufficient_user_authentication`. */
import type { AnyDependency, Dependency, FactsOfOne, NeedOfOne, OrAdvice, ValueOf } from "../dependency/dependency.ts";
import { isScopeToken } from "../http/token.ts";
import type { Grants } from "../outcome/identified.ts";
import { Refusal } from "../outcome/refusal.ts";
import type { StepUpNeed } from "../outcome/step-up.ts";
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { entryOf, guard, needFact, oncePerNode } from "./guard.ts";

/** What `stepUp()` demands: a recent sign-in, a kind of sign-in, or both. */
export interface StepUpOptions {
  /** How long ago the user may have signed in, at most (`max_age`). Whole seconds, 1 to 31,536,000. */
  readonly maxAgeSeconds?: number;
  /**
   * The authentication context classes of which one is needed, the preferred one first (`acr_values`): names that the issuer
   * defines, such as `"urn:example:mfa"`. They are compared exactly: an issuer's stronger class counts only if it is listed.
   */
  readonly acr?: readonly [string, ...string[]];
  /** How far the issuer's clock may be off. Seconds, 0 to 300; default 5. */
  readonly clockToleranceSeconds?: number;
}

const needsGrants =
  "stepUp(): return identified(principal, grants) from the authenticate() below: the grants hold auth_time and acr";
const problems: DeclaredProblems = {
  401: {
    insufficient_user_authentication:
      "The user must sign in again, more recently or in another way: see `acr_values` and `max_age` (RFC 9470).",
  },
};
const once = oncePerNode();
const longestAge = 31_536_000;
const largestTolerance = 300;

/**
 * The same dependency, for callers whose user signed in recently enough and in one of the wanted ways. Otherwise **401** with
 * `error="insufficient_user_authentication"`, `acr_values` and `max_age` (RFC 9470 §3): the client sends its user to the issuer
 * with these two, and comes back with another token. Use it for what a stolen session must not do, such as paying or changing
 * an address. The sign-in is checked on every request, so a token ages while it is valid.
 *
 * The grants of the credential say when and how the user signed in: `auth_time`, in seconds since 1970, and `acr` (RFC 9068
 * §2.2.1). A verified claims set has them as members. For another credential, pass them:
 * `identified(user, { sub, auth_time, acr })`. A member that is missing, or of another type, is a sign-in that is not good
 * enough. So is a sign-in in the future. A client that acts for itself has no user, and never passes.
 *
 * The same arguments have the same dependency. Several of them on one route are combined: the challenge names the shortest age
 * and the classes that all accept.
 *
 * @throws BuildError `wrong_option` without a demand, or for a number or a class that no challenge can carry; `wrong_dependency`
 *   if nobody is authenticated. An API with a route whose demands no sign-in can meet does not start: `dead_branch`.
 *
 * @example
 * ```ts
 * const payer = stepUp(scopes(activeUser, "payments:write"), { maxAgeSeconds: 300, acr: ["urn:example:mfa"] });
 * post("/payments", { deps: { user: payer, payment: body(Payment) }, response: Receipt }, pay);
 * ```
 */
export function stepUp<D extends AnyDependency>(
  dep: OrAdvice<D, NeedOfOne<D, "scoped", typeof needsGrants>>,
  options: StepUpOptions,
): Dependency<ValueOf<D>, FactsOfOne<D>> {
  const { need, toleranceSeconds } = checkStepUp(options);
  const entry = entryOf("stepUp()", dep);
  needFact([entry], "authenticated", needsGrants);
  const facts = needFact([entry], "scoped", needsGrants);
  return once(entry.node, JSON.stringify([need, toleranceSeconds]), () =>
    guard({
      kind: "step-up",
      entries: [entry],
      facts,
      run: (values) => values["value"],
      settle: (result, _values, callers, step) => {
        const credentials = callers.granted(step);
        if (credentials.length === 0) return new Refusal("step-up", "the credential grants nothing");
        const nowSeconds = callers.now() / 1000;
        for (const { grants } of credentials) {
          const lacking = lackOf(grants, need, { nowSeconds, toleranceSeconds });
          if (lacking !== undefined) return new Refusal("step-up", lacking);
        }
        return result;
      },
      stepUp: need,
      problems,
    }),
  );
}

/** Says why the authentication behind a credential does not fulfil a demand; `undefined` if it does. Shows no value. */
function lackOf(
  grants: Grants | undefined,
  { maxAgeSeconds, acr }: StepUpNeed,
  { nowSeconds, toleranceSeconds }: { readonly nowSeconds: number; readonly toleranceSeconds: number },
): string | undefined {
  if (acr !== undefined && !acr.some((value) => value === grants?.acr)) {
    return grants?.acr === undefined ? "no acr" : "acr is not one of those that are needed";
  }
  if (maxAgeSeconds === undefined) return undefined;
  const at = grants?.auth_time;
  if (at === undefined) return "no auth_time";
  if (typeof at !== "number" || !Number.isFinite(at)) return "auth_time is not a time";
  if (at > nowSeconds + toleranceSeconds) return "auth_time is in the future";
  // A clock that is not a number lets nobody pass.
  return nowSeconds - at <= maxAgeSeconds + toleranceSeconds ? undefined : "the user signed in too long ago";
}

function checkStepUp(options: StepUpOptions): { readonly need: StepUpNeed; readonly toleranceSeconds: number } {
  checkOptions<StepUpOptions>("stepUp()", options, { maxAgeSeconds: true, acr: true, clockToleranceSeconds: true });
  const { maxAgeSeconds, acr, clockToleranceSeconds = 5 } = options;
  if (maxAgeSeconds === undefined && acr === undefined)
    throw wrong("set maxAgeSeconds, acr or both: stepUp(user, { maxAgeSeconds: 300 })");
  if (maxAgeSeconds !== undefined && !isWithin(maxAgeSeconds, 1, longestAge))
    throw wrong(`set maxAgeSeconds to whole seconds, 1 to ${longestAge}`);
  if (!isWithin(clockToleranceSeconds, 0, largestTolerance))
    throw wrong(`set clockToleranceSeconds to whole seconds, 0 to ${largestTolerance}`);
  const classes = acr === undefined ? undefined : checkClasses(acr);
  const need = { ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }), ...(classes === undefined ? {} : { acr: classes }) };
  return { need: Object.freeze(need), toleranceSeconds: clockToleranceSeconds };
}

/** `acr_values` is a list that is separated by spaces, inside a quoted string. */
function checkClasses(acr: unknown): readonly string[] {
  const isList = Array.isArray(acr) && acr.length > 0 && acr.length <= 32;
  if (!isList || !acr.every((value) => typeof value === "string" && isScopeToken(value)))
    throw wrong(`set acr to a list of 1 to 32 classes, in printable ASCII without spaces, quotes and backslashes`);
  return Object.freeze([...new Set<string>(acr)]);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", `stepUp(): ${message}`);
}
