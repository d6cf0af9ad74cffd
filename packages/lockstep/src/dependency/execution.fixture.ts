/**
 * Runs graphs for tests the way a route does: compiles, finds the variant for the credentials of the request, runs it and closes
 * it.
 */
import { type RequestRecord, requestSource } from "../input/host-request.fixture.ts";
import { Redacted } from "../secret/redacted.ts";
import { AppValues } from "./app-values.ts";
import type { AnyDependency, Deps } from "./dependency.ts";
import { Execution, type Failed } from "./execution.ts";
import type { Overrides } from "./graph.ts";
import { type Entry, entriesOf, type Node } from "./node.ts";
import { compile } from "./plan.ts";

const gateNames = ["api", "group", "inner"] as const;

/** The settings of a test's run. Anything left out is empty. */
export interface Setting {
  /** The schemes whose credential is present. The credential is `valid` unless a text is given. */
  readonly present?: readonly (AnyDependency | readonly [scheme: AnyDependency, credential: string])[];
  readonly request?: RequestRecord;
  /** Called each time the body is read. */
  readonly onRead?: () => void;
  readonly overrides?: Overrides;
  readonly app?: AppValues;
  /** The guards of the whole API, of the route's group, and of a group inside it. */
  readonly gates?: Partial<Readonly<Record<(typeof gateNames)[number], Deps>>>;
}

/**
 * Returns what a plan does for a set of present credentials: an execution that has not begun, or the names of the schemes to
 * challenge for.
 */
export function prepare(deps: Deps, setting: Setting = {}): Execution | readonly string[] {
  const gates = gateNames.flatMap((name, gate) =>
    entriesOf("test", setting.gates?.[name] ?? {}).map((entry): Entry => ({ ...entry, gate })),
  );
  const plan = compile([...gates, ...entriesOf("test", deps)], setting.overrides);
  const credentials = new Map<Node, string>(
    setting.present?.map((each) => ("length" in each ? [each[0]["~dep"], each[1]] : [each["~dep"], "valid"])),
  );
  let bits = 0;
  plan.schemes.forEach((scheme, index) => (bits |= credentials.has(scheme) ? 1 << index : 0));
  const outcome = plan.outcomes[bits];
  if (outcome === undefined) throw new Error("A plan has an outcome for every set of credentials");
  if (outcome.kind === "challenge") return outcome.schemes.map(({ scheme }) => scheme.name);
  const slots = plan.schemes.map((scheme) => (credentials.has(scheme) ? new Redacted(credentials.get(scheme)) : undefined));
  return new Execution(outcome, slots, requestSource(setting.request ?? {}, setting.onRead), setting.app ?? new AppValues());
}

/** As `prepare()`, but fails unless the credentials are sufficient. */
export function begin(deps: Deps, setting: Setting = {}): Execution {
  const prepared = prepare(deps, setting);
  if (prepared instanceof Execution) return prepared;
  throw new Error(`Challenged for ${prepared.join(", ")}`);
}

/** How a run ended, for comparison: `{ values }`, or one line that says what went wrong. */
export type Ended = { readonly values: Readonly<Record<string, unknown>> } | string;

/** Runs everything, closes the resources and returns how the run ended. */
export function runAll(deps: Deps, setting: Setting = {}): Promise<Ended> {
  return ending(deps, setting, describe);
}

/** As `runAll()`, with the reason of a refusal for the audit log. */
export function endingOf(deps: Deps, setting: Setting = {}): Promise<Ended> {
  return ending(deps, setting, (failed) =>
    failed.kind === "refused" ? `${describe(failed)}: ${failed.refusal.reason}` : describe(failed),
  );
}

async function ending(deps: Deps, setting: Setting, tell: (failed: Failed) => string): Promise<Ended> {
  const prepared = prepare(deps, setting);
  if (!(prepared instanceof Execution)) return `challenged for ${prepared.join(", ")}`;
  const failed = await prepared.advance(Infinity);
  const ended = failed === undefined ? { values: prepared.values() } : tell(failed);
  const closing = await prepared.close(failed === undefined ? undefined : { error: errorOf(failed) });
  return closing === undefined ? ended : `${typeof ended === "string" ? `${ended}; ` : ""}closing: ${String(closing.error)}`;
}

/** Runs everything and returns the failure in one line. Throws if the run does not fail. */
export async function failureOf(deps: Deps, setting: Setting = {}): Promise<string> {
  const ended = await runAll(deps, setting);
  if (typeof ended === "string") return ended;
  throw new Error("The run did not fail");
}

/** Describes a failure in one line. */
export function describe(failed: Failed): string {
  switch (failed.kind) {
    case "refused":
      return `refused ${failed.refusal.kind} at ${failed.step.path}`;
    case "invalid":
      return `invalid ${failed.issues.map((issue) => `${issue.in}${issue.pointer}`).join(", ")}`;
    case "threw":
      return `threw ${failed.error instanceof Error ? failed.error.message : String(failed.error)}`;
    default:
      return failed satisfies never;
  }
}

function errorOf(failed: Failed): unknown {
  return failed.kind === "threw" ? failed.error : new Error(describe(failed));
}

/** Waits until every microtask and resolved promise has run, without a clock. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
