/**
 * The reports of one request: audit events, unexpected errors, its answer, and the work after it. Nothing here changes an answer.
 */
import type { AuditDetails } from "../audit/event.ts";
import { readable, typeNameOf } from "../callback.ts";
import type { Execution } from "../dependency/execution.ts";
import type { SchemeNode } from "../dependency/node.ts";
import type { Step } from "../dependency/plan.ts";
import { reachedObjects } from "../dependency/reached.ts";
import type { LaterWork, Work } from "../outcome/later-work.ts";
import type { Refusal } from "../outcome/refusal.ts";
import type { RequestSource } from "../input/request-source.ts";
import type { Problem } from "../problem/problem.ts";
import { auditOf, auditOfThrown, credentialInUrl, refuserIn } from "./audited.ts";
import type { BrokenOff } from "./request-life.ts";
import type { ServedRoute } from "./served-route.ts";
import type { Observed } from "./observed.ts";
import type { AnswerEvent, ErrorOrigin } from "./serving.ts";

/** Runs a part of a request inside its observation, if something follows it. */
export function inside<T>({ observed }: RequestReports, act: () => T): T {
  return observed === undefined ? act() : observed.run(act);
}

/** The reports of one request. */
export class RequestReports {
  readonly requestId: string;
  /** Set once credentials were extracted: then the reports know who is calling. */
  execution: Execution | undefined;
  /** The code of the problem that answers, if one does. */
  code: string | undefined;
  /** Set if the answer ends before its last byte. */
  brokenOff: BrokenOff | undefined;
  /** `undefined` if nothing follows the request. */
  readonly observed: Observed | undefined;
  readonly #route: ServedRoute;
  readonly #source: RequestSource;
  readonly #startedAtMs: number;
  #refusedBy: string | undefined;
  #error: string | undefined;
  #isHandled = false;

  constructor(route: ServedRoute, source: RequestSource) {
    this.requestId = source.requestId;
    this.#route = route;
    this.#source = source;
    const { requestId } = this;
    this.observed = route.serving.observations?.of({ request: source.request, requestId, template: route.template });
    this.#startedAtMs = this.isHeard ? performance.now() : 0;
  }

  /** No credential came. */
  absent(schemes: readonly SchemeNode[]): void {
    const parameter = credentialInUrl(this.#source.request.query);
    if (parameter !== undefined) this.audit({ type: "credential.in_url", parameter });
    this.audit({ type: "authentication.absent", schemes: schemes.map(({ scheme }) => scheme.name) });
  }

  /** A credential came that cannot be read. */
  malformed({ reason }: Refusal, { scheme: { name } }: SchemeNode): void {
    this.audit({ type: "authentication.failed", schemes: [name], reason, dependency: name });
  }

  /** A guard refused. */
  refused(refusal: Refusal, step: Step, scopes: readonly string[]): void {
    this.audit(auditOf(refusal, step, scopes));
  }

  /** Something was thrown: at `path`, a chain of names. */
  thrown(value: unknown, path = "the handler", schemes: readonly SchemeNode[] = []): void {
    const error = readable(value);
    const details = auditOfThrown(error, path, schemes);
    if (details === undefined) return;
    this.audit(details);
    if (details.type !== "error.unexpected") return;
    this.#error ??= typeNameOf(error);
    this.#route.serving.onError(error, this.origin());
  }

  /** A step ended the request with a problem. A check and a rate limit refuse in this way, too, without an audit event. */
  ended({ node, path }: Step, { status }: Problem): void {
    if (status < 500 && ("settle" in node || "counts" in node)) this.#refusedBy ??= path;
  }

  /** Whether anybody wants to know when the request is over. */
  get isHeard(): boolean {
    return this.observed !== undefined || this.#route.serving.onAnswer !== undefined;
  }

  /** The answer is there. Its client may have gone before. */
  noteGone(): void {
    if (this.#source.request.isGone === true) this.brokenOff ??= "client_gone";
  }

  /** What the request leaves for after its answer, if a dependency can. */
  get later(): LaterWork | undefined {
    return this.#source.later;
  }

  /** The request has succeeded, and everything that it opened is closed: the work that it left will be done. */
  keepWork(): void {
    this.later?.keep((ended) => this.#route.serving.background.track(ended, this.origin()));
  }

  /** Does work that was left for after the answer. Its error is told to the listener alone. Never rejects. */
  async perform(work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#route.serving.onError(readable(error), this.origin());
    }
  }

  /** Where an error of this request happened. */
  origin(): ErrorOrigin {
    return { requestId: this.requestId, route: this.#route.label, subject: this.#subjects()[0] };
  }

  /** The handler is about to run: somebody reaches objects that `permitted()` opened. */
  reached(execution: Execution): void {
    this.#isHandled = true;
    for (const { dependency, ids } of reachedObjects(execution)) this.audit({ type: "object.reached", dependency, ids });
  }

  audit(details: AuditDetails): void {
    this.#refusedBy ??= refuserIn(details);
    this.#route.serving.audit.report(details, {
      requestId: this.requestId,
      route: this.#route.label,
      subjects: this.#subjects(),
      actor: this.execution?.actor(),
      address: this.#source.request.address,
    });
  }

  /** The request is over. */
  answered(status: number): void {
    const { method } = this.#source.request;
    // A check that refuses later, while a stream goes on, breaks it off: its request was allowed.
    const refusedBy = this.code === undefined ? undefined : this.#refusedBy;
    const event: AnswerEvent = {
      requestId: this.requestId,
      route: this.#route.label,
      method,
      status,
      code: this.code,
      subject: this.#subjects()[0],
      subjectKind: this.execution?.subjectKind(),
      actor: this.execution?.actor(),
      schemes: this.execution?.variant.schemes.map(({ scheme }) => scheme.name) ?? [],
      access: refusedBy !== undefined ? "refused" : this.#isHandled ? "allowed" : undefined,
      refusedBy,
      error: this.#error,
      brokenOff: this.brokenOff,
      durationMs: performance.now() - this.#startedAtMs,
    };
    this.#route.serving.onAnswer?.(event);
    this.observed?.answered(event);
  }

  #subjects(): readonly string[] {
    return this.execution?.subjects() ?? [];
  }
}
