/** The settings that the folders of identity use: the options of `identity()` with every default filled in. */
import type { Account } from "./account-table/account-row.ts";
import type { Auditor } from "./audit/auditor.ts";
import type { Mail } from "./mail/mail.ts";
import type { IdentityKeys } from "./secret/identity-key.ts";
import type { Database } from "./store/database.ts";
import type { Work } from "./store/statement.ts";

/** Lifetimes, in seconds. */
export interface Lifetimes {
  /** Life of an access token, 1 to 600. Default 600. */
  readonly accessTokenSeconds: number;
  /** Life of a refresh token that is not used. Default 14 days. */
  readonly refreshTokenSeconds: number;
  /** Life of a program's session, however often it is refreshed. Default 90 days. */
  readonly refreshFamilySeconds: number;
  /**
   * For how long a spent refresh token returns the same successor again, once per minute and session, so two tabs can share it.
   * 0 to 60, default 10; 0 turns this off.
   */
  readonly refreshReuseWindowSeconds: number;
  /** Life of a browser's session without a request. Default 8 hours. */
  readonly sessionIdleSeconds: number;
  /** Life of a browser's session, even if it is used. Default 7 days. */
  readonly sessionSeconds: number;
  /** Life of a link sent by mail. Default 15 minutes. */
  readonly linkSeconds: number;
  /** Life of an invitation, at most 30 days. Default 7 days. */
  readonly invitationSeconds: number;
  /**
   * How long a sign-in is recent: after that, making an API key, changing the address, closing the account and ending other
   * sign-ins need the password again. Default 10 minutes.
   */
  readonly recentSignInSeconds: number;
  /** How long a signing key signs. Default 30 days. */
  readonly signingKeySeconds: number;
}

/**
 * When a refresh token that was used already returns the same successor again: within `refreshReuseWindowSeconds`, once per
 * minute and session, or until the successor is used, however late.
 */
export type RefreshReuse = "within-window" | "until-successor-is-used";

/** The settings. */
export interface Settings {
  readonly database: Database;
  /** `iss` of the tokens: the URL of this service. */
  readonly issuer: string;
  /** `aud` of the tokens: the name of the API. */
  readonly audience: string;
  readonly keys: IdentityKeys;
  /** Every scope that a token may have, with its description. */
  readonly scopes: Readonly<Record<string, string>>;
  /** The scopes that an account may have. */
  readonly scopesOf: (account: Account) => readonly string[];
  /** The scopes that an external owner of API keys may have; `undefined` if there is no such owner. */
  readonly scopesOfOwner: ((ownerId: string) => readonly string[] | undefined) | undefined;
  /** The application's part of the transaction that makes an account. */
  readonly onAccountCreated: (account: Account) => Work<void>;
  /** The first part of API keys, for example `notes`. */
  readonly keyPrefix: string;
  /** The second part of API keys. */
  readonly keyEnvironment: "live" | "demo";
  /** Whether cookies lack `Secure`: only in the demo on loopback. */
  readonly insecureCookies: boolean;
  readonly passwordGrant: boolean;
  readonly registration: "open" | "closed";
  readonly mail: Mail;
  readonly lifetimes: Lifetimes;
  /** How many sessions an account can have at the same time. */
  readonly maxSessionsPerAccount: number;
  readonly refreshReuse: RefreshReuse;
  /** Whether the host tells the client's address. */
  readonly clientAddress: "known" | "unknown";
  readonly audit: Auditor;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
