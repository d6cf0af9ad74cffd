/** Several demands of one authentication: what a client must fulfil so that none of them refuses. */
import { strictestOf, type StepUpNeed } from "../outcome/step-up.ts";
import { BuildError } from "../problem/error.ts";
import type { GuardNode, Node } from "./node.ts";

/**
 * Combines the demand of a `stepUp()` with those of `always`, which every caller meets, as far as they ask about the same
 * authentication. So a client that follows the challenge is not challenged again.
 *
 * @throws BuildError `dead_branch` if no sign-in can fulfil all
 */
export function combinedStepUp(
  node: GuardNode,
  always: readonly GuardNode[],
  answering: (node: GuardNode) => readonly Node[],
): StepUpNeed | undefined {
  const asked = new Set(answering(node));
  const sharing = always.filter((each) => each !== node && answering(each).some((other) => asked.has(other)));
  const needs = [node, ...sharing].flatMap(({ stepUp }) => stepUp ?? []);
  const strictest = strictestOf(needs);
  if (strictest !== undefined || needs.length === 0) return strictest;
  const lists = needs.flatMap(({ acr }) => (acr === undefined ? [] : `[${acr.join(", ")}]`));
  throw new BuildError(
    "dead_branch",
    `stepUp(): name an acr that all of them accept, or remove one: no sign-in fulfils ${lists.join(" and ")}`,
  );
}
