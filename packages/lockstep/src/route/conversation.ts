/**
 * What happens on a WebSocket after its handshake: the handler runs, the connection closes with a code that says how it ended,
 * and the resources of the request close.
 *
 * | code | means |
 * |---|---|
 * | 1000 | the handler returned |
 * | 1001 | the server is closing |
 * | 1003, 1009 | the client sent bytes, or a message that is too long |
 * | 1008 | the caller's access has ended |
 * | 1011 | an unexpected error, which is reported |
 * | 1013 | the service is unavailable: try again later |
 * | 4000 + status | the handler threw a problem or let one through; the reason is its code |
 */
import { readable } from "../callback.ts";
import type { Execution } from "../dependency/execution.ts";
import type { HostRequest, HostSocket, HostUpgrade, SocketListener } from "../host/host.ts";
import { answerToError } from "../outcome/answer.ts";
import { type RunningRequest, within } from "../whereabouts.ts";
import { MessageSocket } from "./message-socket.ts";
import { AccessEnded, earlyEndOf, ReaderGone, type RequestLife } from "./request-life.ts";
import { inside, type RequestReports } from "./request-reports.ts";
import type { ServedRoute } from "./served-route.ts";

/** What a conversation needs of its request. */
export interface ConversationOptions {
  readonly route: ServedRoute;
  readonly execution: Execution;
  readonly life: RequestLife;
  readonly reports: RequestReports;
  readonly running: RunningRequest;
}

/** The conversation of one request. */
export class Conversation implements HostUpgrade {
  readonly protocol: string | undefined;
  /** Settles when the handler has ended and everything that the request opened is closed. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: ConversationOptions;
  readonly #messages: MessageSocket;
  readonly #end: () => void;
  /** Why it was broken off, if it was. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ConversationOptions, protocol: string | undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options = options;
    this.protocol = protocol;
    this.ended = promise;
    this.#end = resolve;
    const found = Object.values(options.execution.values()).find((value) => value instanceof MessageSocket);
    // A test may have put something else in its place: then nobody listens.
    this.#messages = found ?? new MessageSocket({ read: (value) => value, write: () => "", maxMessageBytes: 0 });
  }

  get maxMessageBytes(): number {
    return this.#messages.maxMessageBytes;
  }

  open(socket: HostSocket): SocketListener {
    const { life, route } = this.#options;
    this.#messages.open(socket, route.limits, this.protocol);
    life.answering({ fail: (error) => (this.#failure = { error }) });
    const { signal } = life;
    const end = (): void => this.#endBy(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    // The values of the app stay open for it, also if its connection is gone.
    route.serving.background.track(this.ended);
    void this.#converse();
    return {
      message: (bytes, isText) => this.#messages.came(bytes, isText),
      closed: () => {
        this.#messages.closed();
        life.tell(new ReaderGone("The client went away"));
      },
    };
  }

  failed(): void {
    void this.#close({ error: new ReaderGone("The handshake failed") });
  }

  #endBy(reason: Error): void {
    if (reason instanceof AccessEnded) this.#messages.end(reason, 1008, "access_ended");
    else this.#messages.end(reason, 1001, "closing");
  }

  /** Never rejects. */
  async #converse(): Promise<void> {
    const { execution, reports, running, route } = this.#options;
    const { handler } = route.compiled.definition;
    try {
      await inside(reports, () => within(running, handler, execution.values()));
      await this.#close(this.#failure);
    } catch (thrown) {
      const error = readable(thrown);
      if (earlyEndOf(error) === undefined) reports.thrown(error);
      await this.#close(this.#failure ?? { error });
    }
  }

  /** Closes what the request opened, and the connection. */
  async #close(failure: { readonly error: unknown } | undefined): Promise<void> {
    const { execution, life, reports } = this.#options;
    if (failure !== undefined) reports.brokenOff = earlyEndOf(failure.error) ?? "error";
    const closing = await inside(reports, () => execution.close(failure));
    for (const error of closing?.all ?? []) reports.thrown(error);
    const ended = failure ?? (closing === undefined ? undefined : { error: closing.error });
    if (ended === undefined) reports.keepWork();
    const { code, reason } = closeOf(ended);
    this.#messages.end(new ReaderGone("The conversation is over"), code, reason);
    life.over();
    this.#end();
  }
}

/** The first subprotocol of the client that the route speaks (RFC 6455 §4.2.2). */
export function agreedProtocol(request: HostRequest, spoken: readonly string[]): string | undefined {
  const offered = request.headers("sec-websocket-protocol").flatMap((line) => line.split(","));
  return offered.map((name) => name.trim()).find((name) => spoken.includes(name));
}

/** The code and the reason with which a connection closes. */
function closeOf(failure: { readonly error: unknown } | undefined): { readonly code: number; readonly reason: string } {
  if (failure === undefined) return { code: 1000, reason: "" };
  if (earlyEndOf(failure.error) !== undefined) return { code: 1001, reason: "closing" };
  const { status, code } = answerToError(failure.error);
  if (status === 503) return { code: 1013, reason: code };
  if (status >= 500) return { code: 1011, reason: code };
  return { code: 4000 + status, reason: cut(code) };
}

/** A code of the application's may be longer than a reason can be (RFC 6455 §5.5). */
function cut(text: string): string {
  return new TextEncoder().encode(text).length <= 123 ? text : "";
}
