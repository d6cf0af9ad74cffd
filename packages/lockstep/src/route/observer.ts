/**
 * The contract of an observer: what follows requests from outside, such as traces and metrics. `lockstep/opentelemetry` is one.
 * Nothing that an observer does changes an answer.
 */
import type { AuditEvent } from "../audit/event.ts";
import type { AnswerEvent } from "./serving.ts";

/** A request that begins, as an observer sees it. It has no path and no query: they may hold secrets. */
export interface ObservedRequest {
  readonly requestId: string;
  /** The method, as sent. Empty for bytes that are not HTTP. */
  readonly method: string;
  /** The template of the route, as declared: `/notes/:id`. `undefined` if no route answers. */
  readonly template: string | undefined;
  /** Whether the client's connection is encrypted. */
  readonly secure: boolean;
  /** Every value of a header, by its name in lower case. Headers hold credentials: read those of a trace only. */
  headers(name: string): readonly string[];
}

/** One request that is being observed. */
export interface Observation {
  /**
   * Runs a part of the request, at once: its guards and its handler, a piece of a stream, the closing of a resource, work after
   * the answer. Call `act` inside the context that the part belongs to, such as an active span. It throws nothing. If you do not
   * call it, it runs anyway.
   */
  run?(act: () => void): void;
  /** Called once, when the answer was written or broken off. */
  answered(event: AnswerEvent): void;
}

/**
 * Follows the requests of an API. If it throws, that is reported on standard error, and the request goes on without it.
 *
 * @example
 * ```ts
 * const slow: Observer = {
 *   begin: ({ template }) => ({ answered: ({ durationMs }) => void (durationMs > 1000 && console.warn(`${template} is slow`)) }),
 * };
 * ```
 */
export interface Observer {
  /** A request begins: its route is known, and nothing of it has run. Return `undefined` to leave it out. */
  begin(request: ObservedRequest): Observation | undefined;
  /** Called with each audit event, also those of requests that are left out. */
  audited?(event: AuditEvent): void;
}
