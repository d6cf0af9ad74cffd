/** Who administers identity: the application's own rule, with what identity needs to know of whoever passes it. */
import { type Advice, authorize, BuildError, deny, type Dependency, type Fact } from "lockstep";
import type { Administrator, AdministratorDependency } from "../api-key/service-account-routes.ts";
import type { SignedInUser } from "../principal/principal.ts";

const needsReach =
  'Administrators reach any object: give roles(…, { reachAny: ["admin"] }).require("admin"), or authorize(…, { reach: "any" })';
const needsScope =
  'Ask for a scope, scopes(rule, "example:admin"), or say anyScope(rule, "reason"): a narrow token of an administrator would administer';

/** Advice unless the rule knows that somebody is authenticated, authorized and may reach what is not theirs, and has asked for a scope. */
export type RuleCheck<F> = ["authenticated" | "authorized" | "reaches-any"] extends [F]
  ? [Extract<F, "scopes-unasked">] extends [never]
    ? unknown
    : Advice<typeof needsScope>
  : Advice<typeof needsReach>;

/** Somebody who passes the application's rule: a user as `currentUser` gives one, or the application's own with the id of the account. */
export interface RuleSubject {
  readonly id: string;
}

/**
 * Whoever passes the application's rule, by id and by what their credential grants. They sign in: an API key administers nothing, also
 * where it comes along with somebody else's session (the rule would see the one, and the routes the other).
 *
 * @throws BuildError `wrong_dependency` for a rule that does not declare that it reaches any object, `scopes_unasked` for one that asks
 *   for no scope although its credential may be limited to some
 */
export function administrator<F extends Fact>(
  rule: Dependency<RuleSubject, F> & RuleCheck<F>,
  signedIn: SignedInUser,
): AdministratorDependency {
  const { facts } = rule["~dep"];
  if (!facts.has("reaches-any")) throw new BuildError("wrong_dependency", `adminRoutes(): ${needsReach}`);
  if (facts.has("scopes-unasked")) throw new BuildError("scopes_unasked", `adminRoutes(): ${needsScope}`);
  // What it has beside that stays on its node.
  const known = rule as unknown as Dependency<RuleSubject, "authenticated" | "authorized" | "reaches-any">;
  const user = authorize(
    { rule: known, user: signedIn },
    ({ rule, user: { id, scopes } }): Administrator => (rule.id === id ? { id, scopes } : deny("two users at once")),
    { reach: "any" },
  );
  // The scopes of the schemes below stay on the node.
  return user as unknown as AdministratorDependency;
}
