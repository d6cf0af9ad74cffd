/** Which objects a request reaches because a role or a policy opened them, for the audit log. */
import { readMember } from "../json/member.ts";
import type { Execution } from "./execution.ts";
import type { InputNode } from "./node.ts";
import type { Step, Variant } from "./plan.ts";

/** An object that `permitted()` let somebody reach. */
export interface ReachedObject {
  /** The path of names that leads to the guard. */
  readonly dependency: string;
  /** The ids from the request, by place and name (`path.id`): one, or those of a list. */
  readonly ids: Readonly<Record<string, string | readonly string[]>>;
}

const known = new WeakMap<Variant, readonly Step[]>();

/** The objects that the guards of a run have opened. Rules of a `firstOf()` that were not tried opened none. */
export function reachedObjects(execution: Execution): readonly ReachedObject[] {
  const steps = permittedSteps(execution.variant);
  if (steps.length === 0) return [];
  return steps.filter((step) => execution.hasValue(step)).map((step) => ({ dependency: step.path, ids: idsOf(step, execution) }));
}

function permittedSteps(variant: Variant): readonly Step[] {
  const steps = known.get(variant) ?? allSteps(variant.steps).filter(({ node }) => node.kind === "permitted");
  known.set(variant, steps);
  return steps;
}

function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => [step, ...step.rules.flatMap((rule) => allSteps(rule.steps))]);
}

function idsOf(step: Step, execution: Execution): ReachedObject["ids"] {
  const checks = "checks" in step.node ? step.node.checks : [];
  return Object.fromEntries(
    checks.flatMap((name) => {
      const from = allSteps(execution.variant.steps).find(
        ({ node }) => node.kind === "input" && node.input.objectIds.ids.includes(name),
      );
      if (from === undefined) return [];
      const found = textsIn(execution.slots[from.slot], membersOf(name, from.node as InputNode)); // It was found by its kind.
      return [[name, found.length === 1 ? (found[0] ?? "") : found] as const];
    }),
  );
}

/** The members below the input's value: `items` and `productId` of `body.items.productId`; none of a parameter. */
function membersOf(name: string, { input }: InputNode): readonly string[] {
  return input.name === "" ? name.split(".").slice(1) : [];
}

function textsIn(value: unknown, members: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => textsIn(one, members));
  const [member, ...rest] = members;
  if (typeof value === "object" && value !== null) return member === undefined ? [] : textsIn(readMember(value, member), rest);
  return member === undefined && value !== undefined && value !== null ? [`${value as string | number | bigint}`] : [];
}
