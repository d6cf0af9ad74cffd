/** The requests to change API keys, and their results. */
import type { Redacted } from "lockstep";
import type { ApiKey, KeyOwner } from "./api-key.ts";

/** Who changes a key, for the audit event. */
export interface KeyChange {
  /** The `sub` of the caller, or the name of the command line. */
  readonly by?: string | undefined;
  /** The session of the caller. A new key ends with it if its owner or an administrator ends it, but not at a sign-out. */
  readonly sessionId?: string | undefined;
  /** The client of the caller, if it is not one of the service's own programs. A new key ends with it. */
  readonly clientId?: string | undefined;
  /** The `X-Request-Id` of the answer. */
  readonly requestId?: string | undefined;
}

/** A key to make. */
export interface NewApiKey extends KeyChange {
  readonly owner: KeyOwner;
  /** A name for people: one line of 1 to 100 characters. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** 1 to 366, default 90. `never` is only for service accounts, and only for programs: no route accepts it. */
  readonly expiresInDays?: number | "never" | undefined;
}

/** The owner whose keys end. */
export interface KeysOfOwner extends KeyChange {
  readonly owner: KeyOwner;
}

/** Options for replacing a key. */
export interface KeyRotation extends KeyChange {
  /** How long the old key keeps working: 0 to 7 days, default one hour. */
  readonly graceSeconds?: number | undefined;
}

/** A new key, with its text. */
export interface CreatedApiKey {
  /** The text of the key. It is shown only once; a hash is stored. */
  readonly key: Redacted<string>;
  readonly apiKey: ApiKey;
}
