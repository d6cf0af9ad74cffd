/** What the rooms of identity know of the options of `identity()`, with every default filled in. */
import type { Account } from "./account-table/account-row.ts";
import type { Auditor } from "./audit/auditor.ts";
import type { Mail } from "./mail/mail.ts";
import type { IdentityKeys } from "./secret/identity-key.ts";
import type { Database } from "./store/database.ts";

/** How long things last. Seconds, all of them. */
export interface Lifetimes {
  /** Of an access token, 1 to 600. Default 600. */
  readonly accessTokenSeconds: number;
  /** Of a refresh token that is not used. Default 14 days. */
  readonly refreshTokenSeconds: number;
  /** Of a sign-in of a program, however often it is refreshed. Default 90 days. */
  readonly refreshFamilySeconds: number;
  /** How long a spent refresh token gives the same successor again, so that two tabs survive; 0 never. 0 to 60, default 10. */
  readonly refreshReuseWindowSeconds: number;
  /** Of a browser's session without a request. Default 8 hours. */
  readonly sessionIdleSeconds: number;
  /** Of a browser's session, whatever it does. Default 7 days. */
  readonly sessionSeconds: number;
  /** Of a link that was sent by mail. Default 15 minutes. */
  readonly linkSeconds: number;
  /** How long a signing key signs. Default 30 days. */
  readonly signingKeySeconds: number;
}

/** What every room works with. */
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
  /** First part of API keys, for example `notes`. */
  readonly keyPrefix: string;
  /** Second part of API keys. */
  readonly keyEnvironment: "live" | "demo";
  /** Cookies without `Secure`: the demo on loopback only. */
  readonly insecureCookies: boolean;
  readonly passwordGrant: boolean;
  readonly registration: "open" | "closed";
  readonly mail: Mail;
  readonly lifetimes: Lifetimes;
  readonly audit: Auditor;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
