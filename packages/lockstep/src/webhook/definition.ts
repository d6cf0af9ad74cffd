/** What a webhook is told: by everyone, and by those who describe a sender of their own. */
import type { AnyDependency, Dependency, FactsOfOne, Giving } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import type { AnySchema } from "../schema/schema.ts";
import type { WebhookHash } from "./hmac.ts";
import type { WebhookReplays } from "./replays.ts";
import type { WebhookSecret } from "./webhook-secret.ts";

/** An event whose signature was verified. */
export interface WebhookEvent<out P> {
  /** Who sent it: the id of the request's principal. */
  readonly sender: string;
  /**
   * The event's id, as the sender signed it: each attempt to deliver the event has the same one. If the sender signs no id, it is
   * the SHA-256 of the signed content, in hexadecimal.
   */
  readonly eventId: string;
  /** When this request was signed, in milliseconds since 1970; `undefined` if the sender signs no time. */
  readonly sentAt: number | undefined;
  /** The event, as the schema returned it. */
  readonly payload: P;
  /** The body: exactly the bytes that were signed. */
  readonly body: Uint8Array;
}

/** A webhook as a dependency: it authenticates the sender and returns the event. */
export type Webhook<P, F extends Fact = never> = Dependency<WebhookEvent<P>, "credential" | "authenticated" | "input" | F>;

/**
 * The secrets of a sender. All of them are tried, so both are valid while one replaces another. A dependency looks them up for
 * each request: secrets in a database, or those of one tenant.
 */
export type SecretsSource = readonly [WebhookSecret, ...WebhookSecret[]] | Giving<readonly WebhookSecret[]>;

/** Where the ids of handled events are: one place for the process, or a dependency such as the transaction of the handler. */
export type ReplaysSource = WebhookReplays | Giving<WebhookReplays>;

/** The facts of a source, if it is a dependency. */
export type FactsOfSource<X> = X extends AnyDependency ? FactsOfOne<X> : never;

/** The options of every webhook. */
export interface WebhookOptions<
  S extends AnySchema,
  K extends SecretsSource = SecretsSource,
  R extends ReplaysSource = ReplaysSource,
> {
  /** The secrets. At least 16 random bytes each. */
  readonly secrets: K;
  /** The event. Members that the schema does not name are ignored, because senders add some. */
  readonly payload: S;
  /** Who sends it, in letters, digits, `.`, `-` and `_`: the principal's id, and the start of the names in the document. */
  readonly sender?: string;
  /**
   * Where the ids of handled events are kept, so each event is handled once. Default: nowhere; an event that is sent again within
   * the tolerance is handled again.
   */
  readonly replays?: R;
  /** How long the id of an event is kept. Seconds, default 259,200 (three days), at most a year. */
  readonly rememberSeconds?: number;
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** The options of a webhook whose sender signs the time. */
export interface TimedWebhookOptions<
  S extends AnySchema,
  K extends SecretsSource = SecretsSource,
  R extends ReplaysSource = ReplaysSource,
> extends WebhookOptions<S, K, R> {
  /** How far the signed time may be from now, in the past and in the future. Seconds, 1 to 3,600; default 300. */
  readonly toleranceSeconds?: number;
}

/** A request whose signature has to be verified: nothing of it is known to be true. */
export interface SentSignature<H extends string = never> {
  /** The value of the header with the signature. */
  readonly signature: string;
  /** The values of the signed headers, by the names that the definition gives them. */
  readonly headers: Readonly<Record<H, string>>;
  /** The bytes of the body. */
  readonly body: Uint8Array;
  /** The method, as sent. */
  readonly method: string;
  /** The path, as sent: not decoded. */
  readonly path: string;
  /** The query, as sent, without the question mark. */
  readonly query: string;
}

/** What the sender claims to have signed, and with which result. */
export interface ReadSignature {
  /** The signatures, one of which has to be right, in the definition's encoding. Leave out those of other versions. */
  readonly signatures: readonly string[];
  /**
   * The parts of the signed content, in order: the body among them, or, if it is a form, its fields. Otherwise the answer is 500.
   */
  readonly signed: readonly (string | Uint8Array)[];
  /** The time in Unix seconds, as it was sent. It has to be a part of the signed content. */
  readonly timestamp?: string;
}

/** A verified request: what the id of its event is read from. */
export interface SignedContent<H extends string = never> {
  readonly headers: Readonly<Record<H, string>>;
  /** The parsed body, before the schema. */
  readonly payload: unknown;
}

/** A sender of webhooks. */
export interface WebhookDefinition<
  S extends AnySchema,
  H extends string = never,
  K extends SecretsSource = SecretsSource,
  R extends ReplaysSource = ReplaysSource,
> extends TimedWebhookOptions<S, K, R> {
  readonly sender: string;
  /** The header with the signature, for example `X-Slack-Signature`. */
  readonly signatureHeader: string;
  /**
   * Further headers that the signature covers, each under a name of your choice: `{ timestamp: "X-Slack-Request-Timestamp" }`.
   */
  readonly signedHeaders?: Readonly<Record<H, string>>;
  /** Finds the signatures and the signed content. Return `undefined` for a header that cannot be read. It verifies nothing. */
  readonly read: (sent: SentSignature<H>) => ReadSignature | undefined;
  /** How a signature is written. Default: `"hex"`. */
  readonly encoding?: "hex" | "base64";
  /** The hash of the HMAC. Default: `"SHA-256"`. */
  readonly hash?: WebhookHash;
  /** Returns the id of the event, from what the sender signed. Default: the SHA-256 of the signed content. */
  readonly eventId?: (signed: SignedContent<H>) => string | undefined;
  /** How the body is written. Default: `"json"`. */
  readonly format?: "json" | "form";
  /** Shown in the documentation beside the header with the signature; CommonMark. */
  readonly description?: string;
}
