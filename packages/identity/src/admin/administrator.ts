/** Turns the application's rule for administrators into the dependency that identity's routes use. */
import { type Advice, authorize, BuildError, deny, type Dependency, type Fact } from "lockstep";
import type { Administrator, AdministratorDependency } from "../api-key/service-account-routes.ts";
import type { SignedInUser } from "../principal/principal.ts";

const needsReach =
  'Let the rule reach any object: roles(…, { reachAny: ["admin"] }).require("admin"), or authorize(…, { reach: "any" })';
const needsScope =
  'Ask for a scope with scopes(rule, "example:admin"), or say why not with anyScope(rule, "reason"): then any token of an administrator may administer';

/** The advice that the compiler shows if a rule does not authenticate, authorize, reach any object, and ask for a scope. */
export type RuleCheck<F> = ["authenticated" | "authorized" | "reaches-any"] extends [F]
  ? [Extract<F, "scopes-unasked">] extends [never]
    ? unknown
    : Advice<typeof needsScope>
  : Advice<typeof needsReach>;

/** The principal that the rule returns: a user from `currentUser`, or the application's own value with the id of the account. */
export interface RuleSubject {
  readonly id: string;
}

/**
 * Builds the dependency for administrators: their id, and the scopes and the session of their credential. Administrators have to
 * sign in. An API key administers nothing, not even together with somebody else's session (the rule would see one account, and
 * the routes another).
 *
 * @throws BuildError `wrong_dependency` if the rule does not declare that it reaches any object, `scopes_unasked` if it asks for
 *   no scope and its credential may be limited to some
 */
export function administrator<F extends Fact>(
  rule: Dependency<RuleSubject, F> & RuleCheck<F>,
  signedIn: SignedInUser,
): AdministratorDependency {
  const { facts } = rule["~dep"];
  if (!facts.has("reaches-any")) throw new BuildError("wrong_dependency", `adminRoutes(): ${needsReach}`);
  if (facts.has("scopes-unasked")) throw new BuildError("scopes_unasked", `adminRoutes(): ${needsScope}`);
  // Other facts of the rule stay on its node.
  const known = rule as unknown as Dependency<RuleSubject, "authenticated" | "authorized" | "reaches-any">;
  const user = authorize(
    { rule: known, user: signedIn },
    ({ rule, user: { id, scopes, sessionId } }): Administrator =>
      rule.id === id ? { id, scopes, sessionId } : deny("two users at once"),
    { reach: "any" },
  );
  // The scopes of the schemes below stay on the node.
  return user as unknown as AdministratorDependency;
}
