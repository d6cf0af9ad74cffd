/** `messages()`: what the two ends of a WebSocket say to each other. */
import { noObjectIds } from "../dependency/input-place.ts";
import type { Dependency } from "../dependency/dependency.ts";
import type { IdentifiesMembers, MemberIds, MembersCheck } from "../input/identifies.ts";
import { inputDependency } from "../input/input-dependency.ts";
import { checkLimit } from "../input/limits.ts";
import { memberIds } from "../input/object-ids.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import type { AnySchema, InputOf, OutputOf, Schema } from "../schema/schema.ts";
import { strictnessOf } from "../schema/strict.ts";
import { validateStrictly } from "../schema/validate.ts";
import { jsonWriter } from "./json-content.ts";
import { MessageSocket } from "./message-socket.ts";
import type { Body } from "./result.ts";

/** The messages of one open WebSocket. */
export interface Messages<out In, in Out> extends AsyncIterable<In, void> {
  /** The subprotocol that the client and the route agreed on, if any (RFC 6455 §1.9). */
  readonly protocol: string | undefined;
  /**
   * The next message of the client; `undefined` once the connection is closed. While nobody asks, the client is slowed down.
   *
   * @throws Problem 400 `malformed_json`, `duplicate_member`, `forbidden_key`; 413 `too_deep`, `too_many`; 422 `invalid_input`
   * for a message that does not fit. If the handler does not catch it, the connection closes with 4400, 4413 or 4422.
   */
  receive(): Promise<In | undefined>;
  /**
   * Sends a message, cut to its schema and checked. Resolves once it has left the process, so a slow client slows you down.
   *
   * @throws BuildError `wrong_result`, `secret_in_response`; if the connection is closed, the reason why
   */
  send(message: Out): Promise<void>;
  /**
   * Closes the connection. The handler may go on.
   *
   * @param code 1000 (the default: the work is done), or 3000 to 4999
   * @param reason at most 123 bytes
   * @throws BuildError `wrong_result`
   */
  close(code?: number, reason?: string): void;
}

/** The messages of a route. */
export interface MessagesOptions<R extends AnySchema, S extends AnySchema, I> {
  /** The schema of a message of the client, strict as that of a body. Default: the client sends nothing. */
  readonly receives?: R;
  /** The schema of a message to the client. Default: nothing is sent. */
  readonly sends?: S;
  /** The longest message of the client, in bytes. Default 65,536. A longer one closes the connection with 1009. */
  readonly maxMessageBytes?: number;
  /**
   * Which members of a received message are ids, if their names do not say so; or that one is not an id. No guard can check the
   * ids of a message, because it comes after all guards: name the place that checks it with `nothing("…")`.
   */
  readonly identifies?: I;
}

const options: KnownOptions<MessagesOptions<AnySchema, AnySchema, unknown>> = {
  receives: true,
  sends: true,
  maxMessageBytes: true,
  identifies: true,
};

const where = "messages()";

/** A message to the client, as the handler writes it. */
type Said<S extends AnySchema> = [InputOf<S>] extends [never] ? never : Body<InputOf<S>>;

/** No value fits it. */
const never: Schema<never> = {
  "~standard": {
    version: 1,
    vendor: "lockstep",
    validate: () => ({ issues: [{ message: "no message is expected here" }] }),
    jsonSchema: { input: () => ({ not: {} }), output: () => ({ not: {} }) },
  },
};

/**
 * The messages of a `websocket()` route, which lists this among its dependencies: JSON in both directions, one text message for
 * each value.
 *
 * @throws BuildError `wrong_option`, `wrong_input`, `wrong_schema`
 *
 * @example
 * ```ts
 * const chat = messages({ receives: z.object({ text: z.string().max(500) }), sends: Said });
 * ```
 */
export function messages<
  R extends AnySchema = Schema<never>,
  S extends AnySchema = Schema<never>,
  const I extends IdentifiesMembers = never,
>(
  given: MessagesOptions<R, S, I & MembersCheck<R, I>>,
): Dependency<Messages<OutputOf<R>, Said<S>>, "input" | MemberIds<"messages", R, I>> {
  checkOptions(where, given, options);
  const { receives = never, sends = never, maxMessageBytes = 65_536 } = given;
  checkLimit(where, "maxMessageBytes", maxMessageBytes);
  const objectIds =
    given.receives === undefined ? noObjectIds : memberIds(where, "messages", jsonSchemaOf(receives, where), given.identifies);
  const strict = { strictness: strictnessOf(receives, where), place: { kind: "messages", pointer: "" } } as const;
  const form = { read: (value: unknown) => validateStrictly(strict, value), write: jsonWriter(sends, where), maxMessageBytes };
  const said = { schema: given.receives, ...(given.sends === undefined ? {} : { sends: given.sends }) };
  const place = { kind: "messages", name: "", ...said, objectIds, mediaTypes: [] } as const;
  return inputDependency(place, ["input"], () => new MessageSocket(form));
}
