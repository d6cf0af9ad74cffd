/**
 * One request, from the match to the answer: the phases that ARCHITECTURE.md lists. A host calls `begin` before it reads anything
 * of the body and `finish` afterwards; what begins and is refused never finishes.
 */
import { Denial } from "../outcome/deny.ts";
import { readable } from "../callback.ts";
import { isPromise } from "../promise.ts";
import { Execution, type Failed } from "../dependency/execution.ts";
import type { Step } from "../dependency/plan.ts";
import { phase } from "../dependency/rank.ts";
import type { ClosingError } from "../dependency/resource-stack.ts";
import { isTranslatable, replaceError, type Settled, settleClosing } from "../dependency/translation.ts";
import { brokenOff, clientGone } from "../host/body.ts";
import type { HostExchange, HostRequest, HostResponse } from "../host/host.ts";
import { RequestSource } from "../input/request-source.ts";
import { answerToError, upgradeRequired } from "../outcome/answer.ts";
import { BuildError } from "../problem/error.ts";
import { type Answer, Problem } from "../problem/problem.ts";
import { UnwritableText } from "../problem/unwritable-text.ts";
import { type RunningRequest, within } from "../whereabouts.ts";
import { beginLife } from "./access-check.ts";
import { type Credentials, readCredentials, type Unanswerable } from "./credentials.ts";
import { agreedProtocol, Conversation } from "./conversation.ts";
import { ClosingStream, waitsForPiece } from "./closing-stream.ts";
import { earlyEndOf, ReaderGone, type RequestLife } from "./request-life.ts";
import { AnswerFailure, answerTo, challengesOf, neededFor } from "./failed-answer.ts";
import { outgoing } from "./outgoing.ts";
import { requestIdOf } from "./request-id.ts";
import { inside, RequestReports } from "./request-reports.ts";
import { type AnswerContext, respond, respondProblem, upgradeHeaders } from "./respond.ts";
import type { SocketDefinition } from "./route.ts";
import { answerable } from "./sent-text.ts";
import type { ServedRoute } from "./served-route.ts";

type MaybePromise<T> = T | Promise<T>;

/** One request on its way through a route. */
export class Exchange implements HostExchange, RunningRequest {
  readonly #route: ServedRoute;
  readonly #source: RequestSource;
  readonly #reports: RequestReports;
  #execution: Execution | undefined;
  #life: RequestLife | undefined;
  #isPrivate = false;
  #isOver = false;

  constructor(route: ServedRoute, request: HostRequest, params: Readonly<Record<string, string>>) {
    this.#route = route;
    const requestId = requestIdOf(request, route.serving.requestIdHeader);
    this.#source = new RequestSource(request, params, route, requestId, () => this.#lasting().signal);
    this.#reports = new RequestReports(route, this.#source);
  }

  /** Phases 2 to 5: everything that can be decided without the body. Returns an answer only if the request ends here. */
  begin(): MaybePromise<HostResponse | undefined> {
    const { observed } = this.#reports;
    const begun = observed === undefined ? this.#begin() : observed.run(() => this.#begin());
    return isPromise(begun) ? begun.then((response) => response && this.#outgoing(response)) : begun && this.#outgoing(begun);
  }

  #begin(): MaybePromise<HostResponse | undefined> {
    if (this.#route.isWebSocket && this.#source.request.upgrade === undefined) return this.#problem(upgradeRequired);
    let read: Credentials | Unanswerable;
    try {
      read = readCredentials(this.#route, this.#source, this.#reports);
    } catch (error) {
      // A query or a cookie that cannot be parsed.
      return this.#fail({ kind: "threw", error, step: undefined });
    }
    this.#isPrivate = read.isPrivate;
    if ("answer" in read) return this.#problem(read.answer, read.challenges);
    const execution = new Execution(read.variant, read.values, this.#source, this.#route.serving.app);
    this.#execution = execution;
    this.#reports.execution = execution;
    // Nothing of the application's runs for a request without guards and inputs, and it costs less.
    if (!execution.hasStepsBefore(phase.body)) return undefined;
    const advanced = within(this, beginSteps, execution);
    if (isPromise(advanced)) return advanced.then((failed) => failed && this.#fail(failed));
    return advanced && this.#fail(advanced);
  }

  /** Phases 6 to 10, after `begin` returned no answer. */
  finish(): MaybePromise<HostResponse> {
    const { observed } = this.#reports;
    const finished = observed === undefined ? within(this, carryOut, this) : observed.run(() => within(this, carryOut, this));
    return isPromise(finished) ? finished.then((response) => this.#outgoing(response)) : this.#outgoing(finished);
  }

  /** From the first time that somebody asks, the request is watched: its client may leave, and its caller's access may end. */
  #lasting(): RequestLife {
    const passed = { running: this, route: this.#route, source: this.#source, execution: this.#execution, reports: this.#reports };
    return (this.#life ??= beginLife(passed));
  }

  #outgoing(response: HostResponse): HostResponse {
    // A whole answer lasts no longer.
    if (!(response.body instanceof ClosingStream) && response.upgrade === undefined) this.#life?.over();
    return outgoing(response, this.#reports, this);
  }

  /** What `finish()` does, inside the request. */
  carryOut(): MaybePromise<HostResponse> {
    const execution = this.#execution;
    if (execution === undefined) throw new TypeError("finish() comes after begin()");
    this.#isOver = true;
    const advanced = execution.advance(Infinity);
    if (isPromise(advanced))
      return advanced.then((failed) => (failed === undefined ? this.#handle(execution) : this.#fail(failed)));
    return advanced === undefined ? this.#handle(execution) : this.#fail(advanced);
  }

  /**
   * Closes the resources of a request that began and will never finish: the host, or a hook of the application, has ended it.
   * Does nothing once the request is over.
   */
  async abandon(status?: number): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#life?.over();
    if (status !== undefined) this.#reports.answered(status);
    const error = new Error("The request ended before its handler ran");
    const closing = await inside(this.#reports, () => this.#execution?.close({ error }));
    for (const error of closing?.all ?? []) this.#reports.thrown(error);
  }

  #handle(execution: Execution): MaybePromise<HostResponse> {
    // What a client no longer waits for is not done: it may ask again elsewhere, and do it twice.
    if (this.#source.request.isGone === true) return this.#fail({ kind: "threw", error: clientGone(), step: undefined });
    this.#reports.reached(execution);
    const { socket } = this.#route.compiled.definition;
    try {
      if (socket !== undefined) return this.#upgrade(execution, socket);
      const result = this.#route.compiled.definition.handler(execution.values());
      if (isPromise(result)) return this.#handleLater(result, execution);
      const response = this.#respond(result);
      return isPromise(response) ? this.#handleLater(response, execution, true) : this.#close(response, execution);
    } catch (error) {
      return this.#fail({ kind: "threw", error, step: undefined });
    }
  }

  /** The answer opens a WebSocket; the handler runs once the host has completed the handshake. */
  #upgrade(execution: Execution, { protocols }: SocketDefinition): HostResponse {
    const [route, reports, life] = [this.#route, this.#reports, this.#lasting()];
    const protocol = agreedProtocol(this.#source.request, protocols);
    const upgrade = new Conversation({ route, execution, life, reports, running: this }, protocol);
    return { status: 101, headers: upgradeHeaders(this.#context()), body: undefined, upgrade };
  }

  async #handleLater(result: PromiseLike<unknown>, execution: Execution, isResponse = false): Promise<HostResponse> {
    try {
      const settled = await result;
      // With `isResponse` the promise is the one that `#respond` returned.
      const response = isResponse ? (settled as HostResponse) : await this.#respond(settled);
      return await this.#close(response, execution);
    } catch (error) {
      return this.#fail({ kind: "threw", error, step: undefined });
    }
  }

  #respond(result: unknown): MaybePromise<HostResponse> {
    return respond(result, this.#route, this.#context());
  }

  /** Phase 10: resources close before the answer is sent, those of a stream after its last byte. */
  #close(response: HostResponse, execution: Execution): MaybePromise<HostResponse> {
    if (typeof response.body === "object" && Symbol.asyncIterator in response.body) {
      const chunks = this.#reports.observed?.pieces(response.body) ?? response.body;
      const body = new ClosingStream(chunks, (failure) => this.#closeStream(execution, failure));
      const life = this.#lasting();
      life.answering(body);
      return this.#begun({ ...response, body, broken: life.broken }, body, life);
    }
    const closed = execution.close();
    return isPromise(closed) ? closed.then((closing) => this.#closed(response, closing)) : this.#closed(response, closed);
  }

  /**
   * A stream that fails before its first piece is answered like a handler that fails: nothing has been sent. One that was broken
   * off before is not an empty answer.
   */
  #begun(response: HostResponse, body: ClosingStream, life: RequestLife): MaybePromise<HostResponse> {
    const begun = (failure?: { readonly error: unknown }): MaybePromise<HostResponse> => {
      if (failure !== undefined) return this.#fail({ kind: "threw", ...failure, step: undefined });
      return life.broken.aborted ? this.#problem(answerToError(brokenOff(life.broken.reason))) : response;
    };
    return waitsForPiece(response, this.#source.request) ? body.begin().then(begun) : begun();
  }

  #closed(response: HostResponse, closing: ClosingError | undefined): MaybePromise<HostResponse> {
    if (closing !== undefined) return this.#settled(settleClosing(undefined, closing));
    this.#reports.keepWork();
    return response;
  }

  /**
   * Closes the resources of a stream. Errors while streaming or closing are reported; a client that disconnects is not an error.
   */
  async #closeStream(
    execution: Execution,
    failure?: { readonly error: unknown },
  ): Promise<{ readonly error: unknown } | undefined> {
    const early = failure && earlyEndOf(failure.error);
    // The stream of an answer to HEAD is not read, and nobody went away.
    if (failure !== undefined && this.#source.request.method !== "HEAD") this.#reports.brokenOff = early ?? "error";
    if (failure?.error instanceof ReaderGone) this.#life?.tell(failure.error);
    this.#life?.over();
    const closing = (await inside(this.#reports, () => execution.close(failure))) ?? undefined;
    if (closing !== undefined) this.#reports.brokenOff ??= "error";
    if (failure !== undefined && early === undefined) this.#reports.thrown(this.#source.blamed(failure.error));
    for (const error of closing?.all ?? []) this.#reports.thrown(error);
    if (failure === undefined && closing === undefined) this.#reports.keepWork();
    return closing;
  }

  /** A run that ended early: the failure is thrown into what is open, then answered. */
  #fail(failure: Failed, isJudged = false): MaybePromise<HostResponse> {
    const failed = failure.kind === "threw" ? { ...failure, error: this.#source.blamed(readable(failure.error)) } : failure;
    const isBodyRead = this.#isOver;
    this.#isOver = true;
    if (failed.kind === "threw" && failed.error instanceof UnwritableText && this.#execution !== undefined && !isJudged) {
      const judged = answerable(failed.error, { source: this.#source, variant: this.#execution.variant, isBodyRead });
      return judged.then((error) => this.#fail({ ...failed, error }, true));
    }
    const needed = neededFor(failed, this.#execution?.variant.scopes);
    const problem = answerTo(failed, needed, this.#route.compiled.definition.errors);
    const challenges = challengesOf(failed, needed, this.#route);
    const isError = failed.kind === "threw" && !(failed.error instanceof Denial);
    const closed = this.#execution?.close(isError ? failed : new AnswerFailure(problem));
    this.#reportFailed(failed);
    const answer = this.#problem(problem, challenges);
    return isPromise(closed)
      ? closed.then((closing) => this.#afterClosing(failed, closing, answer))
      : this.#afterClosing(failed, closed, answer);
  }

  /** What closing threw is reported. The answer stays the failure's own, unless a resource or the API has translated it. */
  #afterClosing(failed: Failed, closing: ClosingError | undefined, answer: HostResponse): MaybePromise<HostResponse> {
    const all = closing?.all ?? [];
    if (failed.kind === "threw" && isTranslatable(failed.error))
      return this.#settled(settleClosing(failed, { error: all[0], all }), failed.step);
    for (const error of all) this.#reports.thrown(error);
    return answer;
  }

  /** The answer that closing decided, translated if the API knows the error. */
  #settled(settled: Settled, step?: Step): MaybePromise<HostResponse> {
    const replaced = isTranslatable(settled.error) ? this.#route.serving.translations?.translate(settled.error) : undefined;
    if (isPromise(replaced)) return replaced.then((late) => this.#answerSettled(replaceError(settled, late), step));
    return this.#answerSettled(replaceError(settled, replaced), step);
  }

  /** An error that was translated is reported only if the answer is still a failure of the server. */
  #answerSettled({ error, translated, others }: Settled, step: Step | undefined): HostResponse {
    const failed: Failed = { kind: "threw", error: readable(error), step };
    const needed = neededFor(failed);
    const answer = answerTo(failed, needed, undefined);
    if (answer.status >= 500) for (const before of translated) this.#reports.thrown(before, step?.path);
    this.#reports.thrown(error, translated.length === 0 || answer.status === 401 ? step?.path : undefined, step?.schemes);
    for (const other of others) this.#reports.thrown(other);
    return this.#problem(answer, challengesOf(failed, needed, this.#route));
  }

  /** Reports at once what no resource can translate. */
  #reportFailed(failed: Failed): void {
    if (failed.kind === "threw" && failed.step !== undefined && failed.error instanceof Problem)
      this.#reports.ended(failed.step, failed.error);
    if (failed.kind === "threw" && !isTranslatable(failed.error))
      return this.#reports.thrown(failed.error, failed.step?.path, failed.step?.schemes);
    if (failed.kind !== "refused") return;
    this.#reports.refused(failed.refusal, failed.step, neededFor(failed, this.#execution?.variant.scopes).scopes);
  }

  /** A check refused after the request had gone on: nobody awaited it. */
  reportUnawaited(): void {
    this.#reports.thrown(
      new BuildError("check_not_awaited", "await the check: it refused, nobody awaited it, and the request went on"),
    );
  }

  #context(): AnswerContext {
    const { strictTransport, cors } = this.#route.serving;
    return {
      request: this.#source.request,
      requestId: this.#reports.requestId,
      isPrivate: this.#isPrivate,
      strictTransport,
      cors,
      added: this.#source.added,
    };
  }

  #problem(problem: Answer, challenges: readonly string[] = []): HostResponse {
    const context = this.#context();
    this.#reports.code = problem.code;
    const undeclared = problem instanceof Problem ? this.#route.undeclared(problem) : undefined;
    if (undeclared !== undefined) this.#reports.thrown(undeclared);
    const { errors } = this.#route.compiled.definition;
    let response: HostResponse;
    try {
      response = respondProblem(problem, errors, context);
    } catch (error) {
      // A problem of the application that cannot be written: its members are not JSON, for example.
      this.#reports.thrown(error);
      response = respondProblem(answerToError(undefined), errors, context);
    }
    return challenges.length === 0 ? response : { ...response, headers: { ...response.headers, "www-authenticate": challenges } };
  }
}

const beginSteps = (execution: Execution): MaybePromise<Failed | undefined> => execution.advance(phase.body);
const carryOut = (exchange: Exchange): MaybePromise<HostResponse> => exchange.carryOut();
