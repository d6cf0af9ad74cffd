/** Who may send Security Event Tokens, and how their tokens are received. */
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import type { ExpectedType } from "../../token/token-type.ts";
import { type EventIssuerOptions, eventIssuerOptions, openEventIssuer } from "./event-issuer.ts";
import { byIssuer, type EventReceiver, eventReceiver, type EventReceiverOptions } from "./event-receiver.ts";
import type { EventRefusal } from "./provider-event.ts";
import { readSecurityEvent, type Transmitter } from "./security-event.ts";

/**
 * A transmitter of Shared Signals (SSF 1.0). Its keys are where `jwksUrl` says, or where its metadata says:
 * `discoveryUrl: "https://transmitter.example.com/.well-known/ssf-configuration"`.
 */
export type TransmitterOptions = EventIssuerOptions & {
  /**
   * The issuers whose tokens it may speak about, by their `iss`. Default: its own `issuer` only. An event about a subject of
   * another one has no effect, so no transmitter can end the sessions of another provider's users.
   */
  readonly subjectIssuers?: readonly [string, ...string[]];
  /** The `typ` header. Default: `"secevent+jwt"` (RFC 8417 §2.3). */
  readonly typ?: ExpectedType;
  /**
   * How long ago a token may have been issued, and how long its `jti` is remembered. Seconds; default 604,800 (a week), so events
   * survive an outage of that length.
   */
  readonly maxTokenAgeSeconds?: number;
};

/** The names of the options of a transmitter. */
export const transmitterOptions: KnownOptions<TransmitterOptions> = {
  ...eventIssuerOptions,
  subjectIssuers: true,
  typ: true,
  maxTokenAgeSeconds: true,
};

const week = 604_800;

/**
 * Checks the transmitters and makes the receiver of their tokens.
 *
 * @throws BuildError `wrong_option`
 */
export function transmitterReceiver(
  where: string,
  via: EventRefusal["via"],
  transmitters: unknown,
  options: EventReceiverOptions,
): EventReceiver & { readonly longestToken: number } {
  const opened = (Array.isArray(transmitters) ? transmitters : []).map((each: TransmitterOptions) =>
    openTransmitter(where, each, options.clock ?? Date.now),
  );
  const issuers = byIssuer(where, opened);
  const receiver = eventReceiver({ where, via, issuers, read: readSecurityEvent }, options);
  return { ...receiver, longestToken: Math.max(...opened.map(({ envelope }) => envelope.maxBytes)) };
}

function openTransmitter(where: string, options: TransmitterOptions, clock: () => number): Transmitter {
  checkOptions<TransmitterOptions>(`${where}, transmitters`, options, transmitterOptions);
  const { typ = "secevent+jwt", maxTokenAgeSeconds = week, subjectIssuers = [options.issuer] } = options;
  const isList = Array.isArray(subjectIssuers) && subjectIssuers.length > 0;
  if (!isList || !subjectIssuers.every((each) => typeof each === "string" && each !== "")) {
    throw new BuildError("wrong_option", `${where}: set \`subjectIssuers\` to a list of the \`iss\` of access tokens`);
  }
  // RFC 8417 §2.2: `exp` is not recommended.
  const issuer = openEventIssuer(where, options, { typ, exp: "optional", maxTokenAgeSeconds }, clock);
  return { ...issuer, subjectIssuers: [...subjectIssuers] };
}
