/** How events are written (HTML §9.2.5), and the comments between them. */
import { BuildError } from "../problem/error.ts";
import type { JsonWriter } from "./json-content.ts";

/** How the events of a stream are written. */
export interface EventLinesOptions {
  /** Names the response for the developer. */
  readonly where: string;
  readonly heartbeatMs: number;
  /** Writes the data of an event. JSON has no line breaks. */
  readonly write: JsonWriter;
}

/**
 * The lines of events, each with its event and an empty line. If no event comes in time, it is a comment, which readers drop.
 *
 * Not an async generator: that would learn that the reader has left only when the next event comes.
 */
export class EventLines implements AsyncIterableIterator<string, void, void> {
  readonly #events: AsyncIterator<unknown, unknown> | Iterator<unknown, unknown>;
  readonly #options: EventLinesOptions;
  #next: Promise<IteratorResult<unknown, unknown>> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(events: AsyncIterable<unknown> | Iterable<unknown>, options: EventLinesOptions) {
    this.#events = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, void>> {
    const came = await Promise.race([this.#waiting(), this.#heartbeat()]).finally(() => clearTimeout(this.#timer));
    if (came === undefined) return { done: false, value: ":\n\n" };
    this.#next = undefined;
    if (came.done === true) return { done: true, value: undefined };
    return { done: false, value: await this.#written(came.value) };
  }

  async return(): Promise<IteratorResult<string, void>> {
    clearTimeout(this.#timer);
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  /** The next event, which several comments may come before. */
  #waiting(): Promise<IteratorResult<unknown, unknown>> {
    if (this.#next === undefined) {
      this.#next = Promise.resolve(this.#events.next());
      // It may fail while the reader is still taking a comment.
      this.#next.catch(() => {});
    }
    return this.#next;
  }

  #heartbeat(): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#timer = setTimeout(() => resolve(undefined), this.#options.heartbeatMs);
    return promise;
  }

  async #written(event: unknown): Promise<string> {
    const { where, write } = this.#options;
    if (typeof event !== "object" || event === null || !("data" in event))
      throw new BuildError("wrong_result", `${where}: yield events such as { data, id, event }`);
    const { data, ...head } = event;
    return `${headOf(where, head)}data: ${await write(data)}\n\n`;
  }
}

function headOf(where: string, head: object): string {
  let lines = "";
  for (const [name, value] of Object.entries(head)) {
    if (value === undefined) continue;
    const field = fields.get(name);
    if (field === undefined)
      throw new BuildError(
        "wrong_result",
        `${where}: correct or remove the member "${name}": an event has data, id, event and retryMs`,
      );
    const text = field.text(value);
    if (text === undefined) throw new BuildError("wrong_result", `${where}: ${field.advice}`);
    lines += `${field.name}: ${text}\n`;
  }
  return lines;
}

/** A field of an event (HTML §9.2.6). */
interface Field {
  readonly name: string;
  readonly advice: string;
  /** The value as it is written; `undefined` if it cannot be. */
  text(value: unknown): string | undefined;
}

const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  [
    "id",
    {
      name: "id",
      advice: "let the id of an event be a number or visible ASCII: the client sends it back in a header",
      text: (value) =>
        typeof value === "number" || typeof value === "bigint" ? String(value) : matching(/^[!-~](?:[ -~]*[!-~])?$/, value),
    },
  ],
  [
    "event",
    { name: "event", advice: "let the name of an event be text of one line", text: (value) => matching(/^[^\r\n]+$/, value) },
  ],
  [
    "retryMs",
    {
      name: "retry",
      advice: "let retryMs be a whole number of milliseconds, 0 or more",
      text: (value) => (Number.isSafeInteger(value) ? matching(/^\d+$/, String(value)) : undefined),
    },
  ],
]);

function matching(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}
