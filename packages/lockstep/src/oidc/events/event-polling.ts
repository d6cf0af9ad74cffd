/**
 * Polls a transmitter for Security Event Tokens (RFC 8936). An event is acknowledged after the sink has handled it, with the next
 * request. If that is lost, the transmitter sends the event again, and the sink knows it: no event is lost, and none counts
 * twice.
 */
import { notify } from "../../callback.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json/strict-json.ts";
import { BuildError, Unavailable } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { Redacted, type Secret } from "../../secret/redacted.ts";
import { checkOutboundUrl, type OutboundOptions, postJson } from "../../token/outbound.ts";
import { outboundOf } from "../issuer-keys.ts";
import { type EventReceiver, type EventReceiverOptions, eventReceiverOptions } from "./event-receiver.ts";
import { type TransmitterOptions, transmitterReceiver } from "./transmitter.ts";

/** What `pollSecurityEvents()` is told. */
export interface PollSecurityEventsOptions extends EventReceiverOptions {
  /** Who signs the events. How it is reached counts for the endpoint, too. */
  readonly transmitter: TransmitterOptions;
  /** The `endpoint_url` of the stream. */
  readonly endpoint: string;
  /** The bearer token to poll with, or a function that returns it for each request: `() => credentials.token()`. */
  readonly token: Secret<string> | (() => Redacted<string> | Promise<Redacted<string>>);
  /** The time between two polls without news. Seconds, 1 to 3,600; default 5. */
  readonly intervalSeconds?: number;
}

/** A poller that runs. */
export interface EventPolling {
  /** Stops. Resolves when no poll is under way. Events that it has not acknowledged come again when somebody polls. */
  close(): Promise<void>;
}

const known: KnownOptions<PollSecurityEventsOptions> = {
  ...eventReceiverOptions,
  transmitter: true,
  endpoint: true,
  token: true,
  intervalSeconds: true,
};
const where = "pollSecurityEvents()";
/** So many of the longest tokens fit into the largest answer that is read. */
const mostAtOnce = 10;
const longestWaitMs = 300_000;

/**
 * Starts to poll, for a transmitter that cannot reach this API. The first poll begins at once. While there is news, the next one
 * follows immediately; after a failure, the wait doubles up to five minutes, and fewer events are asked for at once.
 *
 * Tokens that are wrong are reported to the transmitter (`setErrs`). A token is left alone if its keys cannot be had or the sink
 * fails: the transmitter sends it again. Several processes may poll one stream if their sinks share the ids of handled events.
 *
 * @throws BuildError `wrong_option`
 * @example
 * ```ts
 * const polling = pollSecurityEvents({
 *   transmitter: { issuer: "https://idp.example.com", audience: "https://api.example.com", algorithms: ["RS256"] },
 *   endpoint: "https://idp.example.com/ssf/poll/1",
 *   token: secret(process.env.SSF_TOKEN),
 *   sink,
 * });
 * // When the API ends: await polling.close();
 * ```
 */
export function pollSecurityEvents(options: PollSecurityEventsOptions): EventPolling {
  checkOptions<PollSecurityEventsOptions>(where, options, known);
  const { transmitter, endpoint, token, intervalSeconds = 5 } = options;
  const wrong = (advice: string): BuildError => new BuildError("wrong_option", `${where}: ${advice}`);
  if (!(token instanceof Redacted) && typeof token !== "function") {
    throw wrong("set `token` to secret(…), or to a function that returns a token");
  }
  if (typeof intervalSeconds !== "number" || !(intervalSeconds >= 1 && intervalSeconds <= 3600)) {
    throw wrong("set `intervalSeconds` to a number from 1 to 3600");
  }
  const receiver = transmitterReceiver(where, "poll", [transmitter], options);
  const outbound = outboundOf(transmitter);
  checkOutboundUrl(endpoint, outbound, "The events");
  const polling = new Polling({ ...options, receiver, outbound, intervalMs: intervalSeconds * 1000 });
  return { close: () => polling.close() };
}

/** The parts of a poller. */
interface PollingParts extends Pick<PollSecurityEventsOptions, "endpoint" | "token" | "onProblem"> {
  readonly receiver: EventReceiver;
  readonly outbound: OutboundOptions;
  readonly intervalMs: number;
}

/** A refused token, as RFC 8936 §2.3 has it. */
interface SetError {
  readonly err: string;
  readonly description: string;
}

class Polling {
  readonly #parts: PollingParts;
  /** Not yet known to the transmitter. */
  readonly #acknowledged = new Set<string>();
  readonly #errors = new Map<string, SetError>();
  #maxEvents = mostAtOnce;
  #failures = 0;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #underWay: Promise<void>;

  constructor(parts: PollingParts) {
    this.#parts = parts;
    this.#underWay = this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  /** Polls as long as there is news, and sets the timer for the next time. Never rejects. */
  async #run(): Promise<void> {
    let hasNews = true;
    while (hasNews && !this.#isClosed) hasNews = await this.#tryPoll();
    if (this.#isClosed) return;
    const waitMs = Math.min(this.#parts.intervalMs * 2 ** Math.min(this.#failures, 16), longestWaitMs);
    this.#timer = setTimeout(
      () => {
        this.#underWay = this.#run();
      },
      Math.max(waitMs, this.#parts.intervalMs),
    );
    // Waiting must not keep the process alive. Only Node's timers can say so.
    if (typeof this.#timer === "object") this.#timer.unref();
  }

  /** Tells whether there was news. */
  async #tryPoll(): Promise<boolean> {
    try {
      const hasNews = await this.#poll();
      this.#failures = 0;
      this.#maxEvents = mostAtOnce;
      return hasNews;
    } catch (error) {
      const { onProblem } = this.#parts;
      const problem = error instanceof Error ? error : new Unavailable("Polling for events failed", { cause: error });
      // An outage is reported once.
      if (this.#failures === 0) notify("onProblem failed", onProblem ?? tell, problem);
      this.#failures += 1;
      // All together may have been too large, or taken too long.
      this.#maxEvents = 1;
      return false;
    }
  }

  /** @throws Unavailable if the transmitter does not answer as it must, or an event could not be handled now */
  async #poll(): Promise<boolean> {
    const { endpoint, outbound, token } = this.#parts;
    const acknowledged = [...this.#acknowledged];
    const errors = [...this.#errors];
    const bearer = token instanceof Redacted ? token : await token();
    const answer = await postJson(endpoint, outbound, {
      document: {
        maxEvents: this.#maxEvents,
        returnImmediately: true,
        ...(acknowledged.length > 0 && { ack: acknowledged }),
        ...(errors.length > 0 && { setErrs: Object.fromEntries(errors) }),
      },
      headers: { authorization: `Bearer ${bearer.reveal()}` },
    });
    for (const jti of acknowledged) this.#acknowledged.delete(jti);
    for (const [jti] of errors) this.#errors.delete(jti);
    return this.#receiveAll(setsOf(answer));
  }

  async #receiveAll(sets: readonly (readonly [string, Json])[]): Promise<boolean> {
    let handled = 0;
    let failure: Error | undefined;
    for (const [jti, text] of sets.slice(0, mostAtOnce)) {
      try {
        if (await this.#receive(jti, text)) handled += 1;
      } catch (error) {
        // One event that cannot be handled holds up no other.
        failure ??= error instanceof Error ? error : new Unavailable("An event could not be handled", { cause: error });
      }
    }
    if (failure !== undefined) throw failure;
    // Tokens that came before are not news, so a transmitter that loses acknowledgements is not asked without a pause.
    return handled > 0;
  }

  /** Tells whether a token was new. @throws Unavailable if it must come again */
  async #receive(jti: string, text: Json): Promise<boolean> {
    if (typeof text !== "string") {
      this.#errors.set(jti, { err: "invalid_request", description: "not a text" });
      return false;
    }
    const received = await this.#parts.receiver.receive(text, jti);
    if (received.kind === "refused") this.#errors.set(jti, { err: received.code, description: received.reason });
    else this.#acknowledged.add(jti);
    return received.kind === "handled";
  }
}

/** RFC 8936 §2.2. @throws Unavailable */
function setsOf({ sets = null }: JsonObject): readonly (readonly [string, Json])[] {
  if (isJsonObject(sets)) return Object.entries(sets);
  throw new Unavailable("The transmitter's answer has no sets");
}

/** Messages of this package hold nothing that was received. Others may, so their type is told. */
function tell(problem: Error): void {
  console.error(`Polling for events failed: ${problem instanceof Unavailable ? problem.message : problem.name}`);
}
