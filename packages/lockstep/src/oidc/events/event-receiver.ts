/**
 * From the text of a token to an event that was handled. This module owns the order: nothing is acknowledged before the sink has
 * resolved, and whatever goes wrong on this side asks the sender to try again.
 */
import { notify } from "../../callback.ts";
import { BuildError, Unavailable } from "../../problem/error.ts";
import type { KnownOptions } from "../../problem/options.ts";
import type { ProblemListener } from "../../token/key-refusal.ts";
import type { EventIssuer } from "./event-issuer.ts";
import { EventRefused, malformed } from "./event-refused.ts";
import { verifyEventToken, type VerifiedToken } from "./event-token.ts";
import type {
  EventErrorCode,
  EventOutcome,
  EventRefusal,
  EventRefusalListener,
  ProviderEvent,
  ProviderEventSink,
} from "./provider-event.ts";

/** Where events go. */
export interface EventReceiverOptions {
  /** Handles the events. */
  readonly sink: ProviderEventSink;
  /** Hears of tokens that were refused, and of those that came again. */
  readonly onRefused?: EventRefusalListener;
  /** Hears of errors of the sink; the sender is told to try again. Default: standard error. */
  readonly onProblem?: ProblemListener;
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** The names of these options. */
export const eventReceiverOptions: KnownOptions<EventReceiverOptions> = {
  sink: true,
  onRefused: true,
  onProblem: true,
  clock: true,
};

/** What became of a token. */
export type Received =
  | { readonly kind: EventOutcome; readonly event: ProviderEvent }
  | { readonly kind: "refused"; readonly code: EventErrorCode; readonly reason: string };

/** A receiver of the tokens of one kind. */
export interface EventReceiver {
  /**
   * Verifies a token and hands its event to the sink.
   *
   * @param jti the id that the token must have, if something beside it says so
   * @throws Unavailable (rejects) if the keys cannot be had or the sink failed: the same token must come again
   */
  readonly receive: (text: string, jti?: string) => Promise<Received>;
}

/** The parts of a receiver. */
export interface EventReceiverParts<I extends EventIssuer> {
  /** The function that the options were given to. */
  readonly where: string;
  readonly via: EventRefusal["via"];
  readonly issuers: ReadonlyMap<string, I>;
  readonly read: (token: VerifiedToken<I>) => ProviderEvent;
}

/**
 * Checks the options and makes the receiver.
 *
 * @throws BuildError `wrong_option`
 */
export function eventReceiver<I extends EventIssuer>(
  { where, via, issuers, read }: EventReceiverParts<I>,
  { sink, onRefused, onProblem, clock = Date.now }: EventReceiverOptions,
): EventReceiver {
  checkFunctions(where, { sink, clock, onRefused: onRefused ?? notify, onProblem: onProblem ?? notify });
  const refused = (code: EventErrorCode, reason: string): Received => {
    if (onRefused !== undefined) notify("onRefused failed", onRefused, { via, code, reason });
    return { kind: "refused", code, reason };
  };
  const handle = async (event: ProviderEvent): Promise<EventOutcome> => {
    try {
      const outcome: unknown = await sink(event);
      if (outcome === "handled" || outcome === "replayed") return outcome;
      throw new BuildError("wrong_result", `${where}: return "handled" or "replayed" from sink(): it returned ${typeof outcome}`);
    } catch (error) {
      notify(
        "onProblem failed",
        onProblem ?? tell,
        error instanceof Error ? error : new Error("The sink failed", { cause: error }),
      );
      if (error instanceof Unavailable) throw error;
      throw new Unavailable("The event could not be handled", { cause: error });
    }
  };
  const receive: EventReceiver["receive"] = async (text, jti) => {
    let event: ProviderEvent;
    try {
      event = read(await verifyEventToken(text, issuers, clock));
      if (jti !== undefined && event.jti !== jti) throw malformed("another jti");
    } catch (error) {
      if (error instanceof EventRefused) return refused(error.err, error.reason);
      throw error;
    }
    const kind = await handle(event);
    if (kind === "replayed" && onRefused !== undefined) {
      notify("onRefused failed", onRefused, { via, code: "invalid_request", reason: "the token came again" });
    }
    return { kind, event };
  };
  return { receive };
}

/** The issuers by their `iss`. @throws BuildError `wrong_option` for none, and for two of one name */
export function byIssuer<I extends EventIssuer>(where: string, issuers: readonly I[]): ReadonlyMap<string, I> {
  const found = new Map(issuers.map((each) => [each.issuer, each]));
  if (found.size > 0 && found.size === issuers.length) return found;
  throw new BuildError("wrong_option", `${where}: pass a list of issuers, each once`);
}

function checkFunctions(where: string, functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value !== "function") throw new BuildError("wrong_option", `${where}: set \`${name}\` to a function`);
  }
}

/** The message of a foreign error may hold anything, so its type is told. */
function tell(problem: Error): void {
  console.error(`An event of a provider could not be handled: ${problem.name}`);
}
