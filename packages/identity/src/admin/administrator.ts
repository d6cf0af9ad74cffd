/** Who administers identity: the application's own rule, with what identity needs to know of whoever passes it. */
import { type Advice, authorize, BuildError, type Denial, deny, type Dependency, type Fact } from "lockstep";
import type { Administrator, AdministratorDependency } from "../api-key/service-account-routes.ts";
import type { SignedInUser } from "../caller/caller.ts";

const needsReach =
  'Administrators reach any object: give roles(…, { reachAny: ["admin"] }).require("admin"), or authorize(…, { reach: "any" })';

/** What the application's rule must know: that somebody is authenticated, authorized and may reach what is not theirs. */
export type ReachesAny<F> = ["authenticated" | "authorized" | "reaches-any"] extends [F] ? unknown : Advice<typeof needsReach>;

/** Somebody who passes the application's rule: a user as `currentUser` gives one, or the application's own with the id of the account. */
export interface RuleSubject {
  readonly id: string;
}

/**
 * Whoever passes the application's rule, by id and by what their credential grants. They sign in: an API key administers nothing, also
 * where it comes along with somebody else's session (the rule would see the one, and the routes the other).
 *
 * @throws BuildError `wrong_dependency` for a rule that does not say that it reaches any object
 */
export function administrator<F extends Fact>(
  rule: Dependency<RuleSubject, F> & ReachesAny<F>,
  signedIn: SignedInUser,
): AdministratorDependency {
  if (!rule["~dep"].facts.has("reaches-any")) throw new BuildError("wrong_dependency", `adminRoutes(): ${needsReach}`);
  // What it has beside that stays on its node.
  const known = rule as unknown as Dependency<RuleSubject, "authenticated" | "authorized" | "reaches-any">;
  const user = authorize(
    { rule: known, user: signedIn },
    ({ rule, user: { id, scopes } }): Administrator | Denial => (rule.id === id ? { id, scopes } : deny("two users at once")),
    { reach: "any" },
  );
  // The scopes of the schemes below stay on the node.
  return user as unknown as AdministratorDependency;
}
