/**
 * The errors of the toolkit. `problem.ts` makes answers of them; the words of an error here are for
 * the developer and for the audit log.
 */
import { recogniseEverywhere } from "../brand.ts";
import { requestHere, type RunningRequest } from "../whereabouts.ts";
import type { BuildCode, ErrorCode } from "./code.ts";

/** The base of every error the toolkit throws. `code` is stable; the message is not. */
export class LockstepError<C extends string = ErrorCode> extends Error {
  override readonly name: string = "LockstepError";
  /** Stable, one of the codes in `docs/errors.md` (or the application's own, for a problem it throws). */
  readonly code: C;

  constructor(code: C, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Wrong use by the developer, thrown when an object is built or an API starts. The message says what to write instead. */
export class BuildError extends LockstepError<BuildCode> {
  override readonly name = "BuildError";
}

/** An error that is an answer: any client can cause it, as often as it likes, and a stack trace would be most of its cost. */
export class StacklessError<C extends string> extends LockstepError<C> {
  readonly #request = requestHere();

  constructor(code: C, message: string, options?: ErrorOptions) {
    const engine: { stackTraceLimit?: number } = Error;
    const { stackTraceLimit } = engine;
    engine.stackTraceLimit = 0;
    super(code, message, options);
    if (stackTraceLimit !== undefined) engine.stackTraceLimit = stackTraceLimit;
  }

  /** The request that such an error was made in. */
  static requestOf(value: unknown): RunningRequest | undefined {
    return typeof value === "object" && value !== null && #request in value ? value.#request : undefined;
  }
}

/**
 * A credential that was presented and does not verify. Thrown inside `authenticate()` it becomes **401**
 * (RFC 6750 §3.1 `invalid_token`), byte-identical for every `reason`; the reason goes to the audit log only.
 */
export class InvalidCredential extends StacklessError<"invalid_token"> {
  static {
    recogniseEverywhere(this, "InvalidCredential");
  }

  override readonly name = "InvalidCredential";
  /** The reason, for the audit log. It contains no part of the credential. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super("invalid_token", `The credential does not verify: ${reason}`, options);
    this.reason = reason;
  }
}

/** Something the request needs (a store, an issuer) does not answer: **503** with `Retry-After`, never an allowed request. */
export class Unavailable extends LockstepError<"unavailable"> {
  static {
    recogniseEverywhere(this, "Unavailable");
  }

  override readonly name: string = "Unavailable";
  /** What `Retry-After` tells the client, in whole seconds. */
  readonly retryAfterSeconds: number;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    super("unavailable", message, options);
    this.retryAfterSeconds = options.retryAfterSeconds ?? 5;
  }
}
