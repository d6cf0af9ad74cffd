/** `POST /auth/security-events`: transmitters push Security Event Tokens (RFC 8935). */
import { authenticate } from "../../access/authenticate.ts";
import type { Dependency } from "../../dependency/dependency.ts";
import { nothing } from "../../input/nothing.ts";
import { rawBody } from "../../input/raw-body.ts";
import { reply, type Reply } from "../../outcome/reply.ts";
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { post, type Route } from "../../route/route.ts";
import type { Schema } from "../../schema/schema.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import { Redacted } from "../../secret/redacted.ts";
import type { Secret } from "../../secret/redacted.ts";
import { sameSecret } from "../../secret/same-secret.ts";
import { type EventReceiver, type EventReceiverOptions, eventReceiverOptions } from "./event-receiver.ts";
import type { EventErrorCode } from "./provider-event.ts";
import { type TransmitterOptions, transmitterReceiver } from "./transmitter.ts";

/** What `securityEvents()` is told. */
export interface SecurityEventsOptions extends EventReceiverOptions {
  readonly transmitters: readonly [TransmitterOptions, ...TransmitterOptions[]];
  /**
   * The bearer token that transmitters send, at least 32 characters; all of several are accepted while one replaces another. Then
   * nobody else's body is read. Default: none, and the signature alone decides.
   */
  readonly bearer?: Secret<string> | readonly [Secret<string>, ...Secret<string>[]];
  /** Default: `/auth/security-events`. */
  readonly path?: string;
}

const known: KnownOptions<SecurityEventsOptions> = { ...eventReceiverOptions, transmitters: true, bearer: true, path: true };
const where = "securityEvents()";
const mediaType = "application/secevent+jwt";
const leastBearer = 32;

/**
 * Makes the route that transmitters push Security Event Tokens to: CAEP and RISC events, and those of the stream (SSF 1.0). A
 * token is verified, read and handed to the sink.
 *
 * The answer is an empty **202** when the sink has resolved, also for a token that came before and for an event that is not
 * understood, **400** with `err` and `description` (RFC 8935 §2.4) for a token that is wrong, and **503** with `Retry-After` if
 * the transmitter's keys cannot be had or the sink failed: nothing is acknowledged that was not handled.
 *
 * Without `bearer`, the route is public: the signed token is the body, and the standard wants 400 where `authenticate()` would
 * answer 401. With it, transmitters authenticate, and everyone else is answered with 401 before a body is read.
 *
 * @throws BuildError `wrong_option`
 * @example
 * ```ts
 * const events = securityEvents({
 *   transmitters: [{ issuer: "https://idp.example.com", audience: "https://api.example.com", algorithms: ["RS256"] }],
 *   sink: handledOnce(memoryReplays(), endSessions),
 * });
 * ```
 */
export function securityEvents(options: SecurityEventsOptions): Route {
  checkOptions<SecurityEventsOptions>(where, options, known);
  const { path = "/auth/security-events", bearer } = options;
  const receiver = transmitterReceiver(where, "push", options.transmitters, options);
  const set = rawBody({ mediaTypes: [mediaType], identifies: nothing("signed by the transmitter") });
  const common = {
    summary: "Receive a security event",
    description: "Push delivery of Security Event Tokens (RFC 8935).",
    tags: ["Provider events"],
    maxBodyBytes: receiver.longestToken,
    responses: { 202: null, 400: deliveryError },
    problems: { 503: "The event could not be handled now: send it again." },
  } as const;
  const answer = async (body: Uint8Array): Promise<Answer> => answerTo(receiver, body);
  // The path is one of the options, so it has no parameters that the compiler knows.
  const template = path as "/";
  if (bearer === undefined) {
    const reason = "the transmitter's signed token is the body, and the endpoint verifies it";
    return post(template, { ...common, public: reason, deps: { set } }, ({ set: body }) => answer(body));
  }
  return post(template, { ...common, deps: { transmitter: transmitterWith(bearer), set } }, ({ set: body }) => answer(body));
}

type Answer = Reply<undefined, 202> | Reply<DeliveryError, 400>;

async function answerTo(receiver: EventReceiver, body: Uint8Array): Promise<Answer> {
  // A byte that is not ASCII becomes a character that no token has.
  const received = await receiver.receive(new TextDecoder("latin1").decode(body));
  if (received.kind !== "refused") return reply(202, undefined);
  return reply(400, { err: received.code, description: received.reason });
}

/** @throws BuildError `wrong_option` */
function transmitterWith(bearer: unknown): Dependency<{ readonly id: string }, "credential" | "authenticated"> {
  const given: readonly unknown[] = Array.isArray(bearer) ? bearer : [bearer];
  const secrets = given.map((each) => (each instanceof Redacted ? each.reveal() : undefined));
  const expected = secrets.filter((text) => typeof text === "string" && text.length >= leastBearer);
  if (secrets.length === 0 || expected.length < secrets.length) {
    throw new BuildError("wrong_option", `${where}: set \`bearer\` to secret(…) of at least ${leastBearer} characters`);
  }
  const token = httpBearer({
    schemeName: "SecurityEventTransmitter",
    description: "The token that was agreed with the transmitter.",
  });
  return authenticate({ token }, ({ token: presented }) =>
    // All are compared, so the time does not tell which.
    expected.filter((each) => sameSecret(presented, each)).length > 0 ? { id: "security-event-transmitter" } : undefined,
  );
}

/** RFC 8935 §2.3. */
interface DeliveryError {
  readonly err: EventErrorCode;
  readonly description: string;
}

const jsonSchema = {
  type: "object",
  properties: {
    err: {
      type: "string",
      enum: ["invalid_request", "invalid_key", "invalid_issuer", "invalid_audience", "authentication_failed"],
    },
    description: { type: "string" },
  },
  required: ["err", "description"],
  additionalProperties: false,
} as const;

const deliveryError: Schema<DeliveryError, DeliveryError> = {
  "~standard": {
    version: 1,
    vendor: "lockstep",
    // It is made here, and never of what a client sent.
    validate: (value: unknown) => ({ value: value as DeliveryError }),
    jsonSchema: { input: () => structuredClone(jsonSchema), output: () => structuredClone(jsonSchema) },
  },
};
