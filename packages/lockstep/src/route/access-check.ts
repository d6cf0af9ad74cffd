/** Runs the guards of a request that lasts again. Their decision says whether its caller still has access. */
import { Denial } from "../outcome/deny.ts";
import { Execution, type Failed } from "../dependency/execution.ts";
import type { Step } from "../dependency/plan.ts";
import { phase } from "../dependency/rank.ts";
import { InvalidCredential } from "../problem/error.ts";
import { Problem } from "../problem/problem.ts";
import type { RequestSource } from "../input/request-source.ts";
import { type RunningRequest, within } from "../whereabouts.ts";
import { type AccessState, ReaderGone, RequestLife } from "./request-life.ts";
import type { RequestReports } from "./request-reports.ts";
import type { ServedRoute } from "./served-route.ts";

/** A request whose guards have passed. */
export interface PassedRequest {
  readonly running: RunningRequest;
  readonly route: ServedRoute;
  readonly source: RequestSource;
  /** `undefined` before its credentials were read. */
  readonly execution: Execution | undefined;
  readonly reports: RequestReports;
}

/** Begins to watch a request: its client may leave, and its caller's access may end. */
export function beginLife(request: PassedRequest): RequestLife {
  const { execution, source } = request;
  const { open, recheckMs } = request.route.serving;
  const isGuarded = execution !== undefined && execution.variant.steps.some(canRefuse);
  const life = new RequestLife({ access: isGuarded ? () => accessOf(request, execution) : undefined, recheckMs, open });
  const leave = (): void => life.end(new ReaderGone("The client went away"));
  // The host tells it once, and it may have told it before anybody asked.
  if (source.request.isGone === true) leave();
  else source.request.whenGone?.(leave);
  return life;
}

/** Whether a step before the body is a guard. A value that stands in for a guard may refuse, too. */
function canRefuse({ node, rank, rules }: Step): boolean {
  return rank < phase.body && ("settle" in node || rules.length > 0);
}

/**
 * Whether the caller of a request still has access. Everything before the body runs again with the same credentials and in a run
 * of its own, whose resources close at once. A refusal is reported like that of a new request. Never rejects.
 */
async function accessOf({ running, route, source, reports }: PassedRequest, execution: Execution): Promise<AccessState> {
  const credentials = execution.slots.slice(0, route.compiled.plan.schemes.length);
  const again = new Execution(execution.variant, credentials, source.again(), route.serving.app, execution);
  const failed = await within(running, advance, again);
  const closing = await again.close(failed?.kind === "threw" ? failed : undefined);
  for (const error of closing?.all ?? []) reports.thrown(error);
  if (failed === undefined) return "holds";
  if (failed.kind === "refused") reports.refused(failed.refusal, failed.step, execution.variant.scopes);
  if (failed.kind === "threw") reports.thrown(failed.error, failed.step?.path, failed.step?.schemes);
  return isFinal(failed) ? "ended" : "unknown";
}

const advance = (execution: Execution): Promise<Failed | undefined> => Promise.resolve(execution.advance(phase.body));

/** Whether a new request would be refused. An error says nothing about the caller. */
function isFinal(failed: Failed): boolean {
  if (failed.kind !== "threw") return true;
  const { error } = failed;
  return error instanceof InvalidCredential || error instanceof Denial || (error instanceof Problem && error.status < 500);
}
