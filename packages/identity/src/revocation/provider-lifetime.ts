/** How long the tokens of identity providers live: so long their revocations are remembered. */
import { numberOrNone } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";
import { lastTokenOver, type TokenLifetime } from "./revocation-log.ts";

const save = sql(`
  INSERT INTO identity_providers (issuer, longest_token_seconds) VALUES (:issuer, :seconds)
  ON CONFLICT (issuer) DO UPDATE SET longest_token_seconds = :seconds`);
const longest = sql("SELECT MAX(longest_token_seconds) AS seconds FROM identity_providers");

/** The tokens of a provider. */
export interface ProviderTokens {
  readonly issuers: readonly string[];
  /** The longest `exp − iat`. Seconds. */
  readonly longestTokenSeconds: number;
}

/** Notes how long the tokens of a provider live. Part of a start. */
export function* saveProvider({ issuers, longestTokenSeconds: seconds }: ProviderTokens): Work<void> {
  for (const issuer of issuers) yield* all(save, { issuer, seconds });
}

/**
 * The time when every access token that was issued until now has expired, those of providers included. Milliseconds since 1970.
 */
export function* lastForeignTokenOver(settings: TokenLifetime, now: number): Work<number> {
  const row = yield* first(longest);
  const ofProviders = row === undefined ? undefined : numberOrNone(row, "seconds");
  const { accessTokenSeconds } = settings.lifetimes;
  return lastTokenOver({ lifetimes: { accessTokenSeconds: Math.max(accessTokenSeconds, ofProviders ?? 0) } }, now);
}
