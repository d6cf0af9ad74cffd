/** What is asked of the keys, and what comes of it. */
import type { Redacted } from "lockstep";
import type { ApiKey, KeyOwner } from "./api-key.ts";

/** Who does something to a key, for the audit event. */
export interface KeyChange {
  /** The `sub` of whoever does it, or what names the command line. */
  readonly by?: string | undefined;
  /** The `X-Request-Id` of the answer. */
  readonly requestId?: string | undefined;
}

/** A key to be made. */
export interface NewApiKey extends KeyChange {
  readonly owner: KeyOwner;
  /** For people: one line of 1 to 100 characters. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** 1 to 366, default 90. `never` is for service accounts, and for programs only: no route takes it. */
  readonly expiresInDays?: number | "never" | undefined;
}

/** How a key is replaced. */
export interface KeyRotation extends KeyChange {
  /** How long the old key works on. 0 to 7 days, default an hour. */
  readonly graceSeconds?: number | undefined;
}

/** A key that was just made. */
export interface CreatedApiKey {
  /** The key itself: shown this once, kept as a hash. */
  readonly key: Redacted<string>;
  readonly apiKey: ApiKey;
}
