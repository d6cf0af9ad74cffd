/** Server-sent events, which browsers read with `EventSource`: `eventStream()`. How they are written is in `event-lines.ts`. */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { Schema } from "../schema/schema.ts";
import { type Content, type Declared, declareContent } from "./content.ts";
import { EventLines, type EventLinesOptions } from "./event-lines.ts";
import { jsonWriter } from "./json-content.ts";
import type { Body } from "./result.ts";

/** One event. */
export interface ServerSentEvent<out Data = unknown> {
  /** Sent as JSON. */
  readonly data: Data;
  /**
   * The position of the event in the stream: visible ASCII. A client that lost its connection sends the last one that it got, and
   * `lastEventId()` reads it.
   */
  readonly id?: string | number | bigint;
  /** The name for which the client listens, of one line. Default: it listens for `message`. */
  readonly event?: string;
  /** How long the client waits before it connects again, in milliseconds. */
  readonly retryMs?: number;
}

/** Options of `eventStream()`. */
export interface EventStreamOptions {
  /**
   * After how many seconds without an event a comment is sent, so proxies keep the connection open and a client that has left is
   * noticed. From 1 to 3600, default 15.
   */
  readonly heartbeatSeconds?: number;
}

/** What a handler returns for a stream of events: most often an async generator. */
export type EventStreamResult<Data> = Declared<
  AsyncIterable<ServerSentEvent<Data>, unknown> | Iterable<ServerSentEvent<Data>, unknown>
>;

const type = "text/event-stream";
const known: KnownOptions<EventStreamOptions> = { heartbeatSeconds: true };

/**
 * A response that is a stream of events (HTML §9.2, `EventSource`). The data of each event is cut to the schema and checked, like
 * a result; the document shows it as the content of `text/event-stream`. The head is sent at once. The next event is asked for
 * when the client has taken the one before.
 *
 * Events end with the generator, which runs its `finally`, when the client leaves, when the server closes, and within a second
 * after the caller's access ends. A generator that waits for something listens to `connection().signal`. An error, or data that
 * does not fit the schema, breaks the stream off. `EventSource` then connects again by itself, and sends the id of the last
 * event: read it with `lastEventId()`.
 *
 * @throws BuildError `wrong_option`; `wrong_schema`
 *
 * @example
 * ```ts
 * const deps = { user, since: lastEventId(z.int()), came: connection() };
 * const routes = [
 *   get("/events", { deps, response: eventStream(Change) }, async function* ({ user, since = 0, came }) {
 *     for await (const change of changes.of(user.id, since, came.signal)) yield { id: change.number, data: change };
 *   }),
 * ];
 * ```
 */
export function eventStream<In>(
  data: Schema<In, unknown>,
  options: EventStreamOptions = {},
): Schema<EventStreamResult<Body<In>>, unknown> {
  checkOptions("eventStream()", options, known);
  const { heartbeatSeconds = 15 } = options;
  if (typeof heartbeatSeconds !== "number" || !(heartbeatSeconds >= 1 && heartbeatSeconds <= 3600))
    throw new BuildError("wrong_option", "eventStream(): set heartbeatSeconds to a number of seconds from 1 to 3600");
  return declareContent({
    types: [type],
    documented: { schema: data },
    writer: (where) => {
      const options: EventLinesOptions = { where, heartbeatMs: heartbeatSeconds * 1000, write: jsonWriter(data, where) };
      return (result) => eventContent(result, options);
    },
  });
}

function eventContent(result: unknown, options: EventLinesOptions): Content {
  if (!isEvents(result))
    throw new BuildError(
      "wrong_result",
      `${options.where}: return the events, most often with an async generator: async function* () {…}`,
    );
  // Some proxies gather what they pass on.
  return { body: new EventLines(result, options), headers: { "x-accel-buffering": "no" } };
}

function isEvents(result: unknown): result is AsyncIterable<unknown> | Iterable<unknown> {
  // A typed array is iterable: it has numbers.
  if (typeof result !== "object" || result === null || ArrayBuffer.isView(result)) return false;
  return Symbol.asyncIterator in result || Symbol.iterator in result;
}
