/** `run()` and `api.run()`: the graph outside HTTP, for jobs and command-line tools. */
import { Denial } from "../outcome/deny.ts";
import { BuildError, LockstepError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { AppValues } from "./app-values.ts";
import type { AnyDependency, ValueOf } from "./dependency.ts";
import { Execution, type Failed } from "./execution.ts";
import type { Overrides } from "./graph.ts";
import { entriesOf } from "./node.ts";
import { type OverrideList, readOverrides } from "./override.ts";
import { compile } from "./plan.ts";
import type { Thrown } from "./resource-stack.ts";
import { settleClosing } from "./translation.ts";

/** What a run outside HTTP has instead of a request. */
export interface RunContext<A extends readonly AnyDependency[]> {
  /** Values for what only a request has (schemes, inputs), or for any other dependency: `[[currentUser, systemUser]]`. */
  readonly with?: OverrideList<A>;
}

/** What a guard refused outside HTTP. */
export class Refused extends LockstepError<"forbidden"> {
  override readonly name = "Refused";
}

/**
 * Runs a dependency outside a request and hands its value to `use`; resources stay open while `use` runs and close
 * afterwards, with its error thrown in if it fails; a resource may throw a problem instead of an error that nothing expected.
 * Guards run as in a request.
 *
 * Values of the app are made for this run and close with it. A program that has an API uses `api.run()`, which shares the API's.
 *
 * @throws Refused if a guard refuses
 * @throws BuildError `wrong_option`, `wrong_dependency` if an input or a scheme has no value outside a request
 *
 * @example
 * ```ts
 * await run(reports, { with: [[currentUser, systemUser]] }, (reports) => reports.sendDaily());
 * ```
 */
export async function run<D extends AnyDependency, R = ValueOf<D>, const A extends readonly AnyDependency[] = readonly []>(
  dep: D,
  context: RunContext<A> = {},
  // Without `use` the result is the value itself, which is what R defaults to.
  use: (value: ValueOf<D>) => R | PromiseLike<R> = (value) => value as R,
): Promise<R> {
  const overrides = contextOverrides("run()", context);
  return runToClose(dep, { overrides, app: new AppValues(overrides) }, use);
}

/** The dependencies that a run replaces. @throws BuildError `wrong_option`, `wrong_dependency` */
export function contextOverrides(where: string, context: RunContext<readonly AnyDependency[]>): Overrides {
  checkOptions<RunContext<readonly AnyDependency[]>>(where, context, { with: true });
  return readOverrides(context.with ?? []);
}

/** What a run replaces, and the values of the app that it uses. */
export interface RunSetting {
  readonly overrides: Overrides;
  readonly app: AppValues;
}

/** Runs a dependency and closes the values of the app. @throws as `run()` does */
export async function runToClose<D extends AnyDependency, R>(
  dep: D,
  setting: RunSetting,
  use: (value: ValueOf<D>) => R | PromiseLike<R>,
): Promise<R> {
  const ended = await attempt(() => runOnce(dep, setting, use));
  const closingApp = await attempt(() => setting.app.close());
  // The first error is the one to tell: those of closing follow from it.
  if ("error" in ended) throw ended.error;
  if ("error" in closingApp) throw closingApp.error;
  return ended.result;
}

/** Runs a dependency with values of the app that stay open. @throws as `run()` does */
export async function runOnce<D extends AnyDependency, R>(
  dep: D,
  { overrides, app }: RunSetting,
  use: (value: ValueOf<D>) => R | PromiseLike<R>,
): Promise<R> {
  const outcome = compile(entriesOf("run()", { value: dep }), overrides).outcomes[0];
  if (outcome?.kind !== "run") {
    throw new BuildError(
      "wrong_dependency",
      "pass the credential's value, or the principal's, with { with: [[it, value]] }: a dependency below needs it",
    );
  }
  const execution = new Execution(outcome, Array.from({ length: outcome.slotCount }), undefined, app);
  const ended = await attempt(async () => {
    const failed = await execution.advance(Infinity);
    if (failed !== undefined) throw errorOf(failed);
    return use(execution.values()["value"]);
  });
  const closing = await execution.close("error" in ended ? ended : undefined);
  // The first error is the one to tell, unless a resource has translated it: those of closing follow from it.
  if (closing !== undefined) throw asRefused(settleClosing("error" in ended ? ended : undefined, closing).error);
  if ("error" in ended) throw ended.error;
  return ended.result;
}

async function attempt<R>(act: () => Promise<R>): Promise<{ readonly result: R } | Thrown> {
  try {
    return { result: await act() };
  } catch (error) {
    return { error: asRefused(error) };
  }
}

/** A denial outside the graph, for example in `use`: a caller outside HTTP catches errors. */
function asRefused(error: unknown): unknown {
  return error instanceof Denial ? new Refused("forbidden", error.reason) : error;
}

function errorOf(failed: Failed): unknown {
  switch (failed.kind) {
    case "threw":
      return failed.error;
    case "refused":
      return new Refused("forbidden", `${failed.step.path}: ${failed.refusal.reason}`);
    case "invalid":
      return new BuildError("wrong_input", failed.issues.map((issue) => `${issue.in}${issue.pointer}: ${issue.detail}`).join("; "));
    default:
      return failed satisfies never;
  }
}
