/** Receiving events of identity providers: the routes, the pollers, and the check of tokens that follows from the events. */
import type { Redacted, Route, Secret } from "lockstep";
import type { Claims } from "lockstep/jwt";
import {
  backchannelLogout,
  type EventRefusalListener,
  type LogoutIssuerOptions,
  pollSecurityEvents,
  type PollSecurityEventsOptions,
  type ProviderEvent,
  securityEvents,
  type TransmitterOptions,
} from "lockstep/oidc";
import type { Recorder } from "../audit/auditor.ts";
import { checkedSteps } from "../mechanism/callback.ts";
import { checkOptions, type KnownOptions, WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import type { RevocationFeed } from "../revocation/revocation-feed.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { providerEventSink, type ProviderEventWork } from "./provider-event-sink.ts";

/** A stream of events that is polled. */
export type PolledStream = Pick<PollSecurityEventsOptions, "transmitter" | "endpoint" | "intervalSeconds"> & {
  /** The bearer token to poll with, or a function that returns it for each request. */
  readonly token: Secret<string> | (() => Redacted<string> | Promise<Redacted<string>>);
};

/** Which events are received. */
export interface ProviderEventsOptions {
  /** Issuers whose logout tokens are accepted at `/auth/backchannel-logout`. Default none, and no such route. */
  readonly logout?: readonly [LogoutIssuerOptions, ...LogoutIssuerOptions[]];
  /** Transmitters whose security events are accepted at `/auth/security-events`. Default none, and no such route. */
  readonly push?: readonly [TransmitterOptions, ...TransmitterOptions[]];
  /** The bearer token that transmitters send with the events of `push`. Default: none, and the signature alone decides. */
  readonly pushBearer?: Secret<string> | readonly [Secret<string>, ...Secret<string>[]];
  /** Streams that are polled. Each process polls; the database sees to it that an event counts once. Default none. */
  readonly poll?: readonly PolledStream[];
  /** How long an access token of a provider can be valid: the `maxLifetimeSeconds` of its verifier. Seconds; default 86,400. */
  readonly tokenLifetimeSeconds?: number;
  /** The application's part of the transaction that handles an event. Default: nothing. */
  readonly onEvent?: ProviderEventWork;
}

/** The parts of identity that events need. */
export interface ProviderEventServices {
  /** The database is one `withOwnRevocations()`: this node refuses before the event is acknowledged. */
  readonly settings: Settings;
  readonly feed: Pick<RevocationFeed, "isRevoked" | "knows">;
}

/** Receivers that run. */
export interface ProviderEvents {
  readonly routes: readonly Route[];
  /**
   * Whether a verified token of a provider was revoked: the option `revoked` of its verifier. It is asked after every cache, so a
   * token is refused on every node as soon as the node has heard of the event.
   */
  isRevoked(claims: Claims): boolean | Promise<boolean>;
  /** Stops polling. */
  close(): Promise<void>;
}

/** The names of the options. */
export const knownProviderEvents: KnownOptions<ProviderEventsOptions> = {
  logout: true,
  push: true,
  pushBearer: true,
  poll: true,
  tokenLifetimeSeconds: true,
  onEvent: true,
};
const nothing: ProviderEventWork = function* () {};
const day = 86_400;
const year = 365 * day;

/**
 * Receives the events of identity providers and writes them into the revocation log.
 *
 * @throws WrongIdentityOption for an option that is missing or wrong, and for an issuer whose tokens the log does not know
 * @throws BuildError `wrong_option` for an option about an issuer that is wrong
 */
export function providerEvents({ settings, feed }: ProviderEventServices, options: ProviderEventsOptions): ProviderEvents {
  checkOptions("`providerEvents`", options, knownProviderEvents);
  const { logout, push, pushBearer, poll = [], tokenLifetimeSeconds = day, onEvent = nothing } = options;
  checkIssuers(options, feed);
  if (!Number.isSafeInteger(tokenLifetimeSeconds) || tokenLifetimeSeconds < 1 || tokenLifetimeSeconds > year) {
    throw new WrongIdentityOption(`Set \`providerEvents.tokenLifetimeSeconds\` to a whole number from 1 to ${year}`);
  }
  if (pushBearer !== undefined && push === undefined) {
    throw new WrongIdentityOption("Set `providerEvents.push`, or remove `pushBearer`: nothing is pushed");
  }
  const onRefused: EventRefusalListener = ({ via, code: error, reason }) =>
    settings.audit.report({ type: "provider.event_refused", via, error, reason });
  const work = checkedSteps<readonly [ProviderEvent, Recorder], Work<void>>("onEvent", (about) => onEvent(...about));
  const sink = providerEventSink({ settings, tokenLifetimeSeconds, onEvent: (...about) => work(about) });
  const receiver = { sink, onRefused, clock: settings.clock };
  const bearer = pushBearer === undefined ? {} : { bearer: pushBearer };
  const routes = [
    ...(logout === undefined ? [] : [backchannelLogout({ ...receiver, issuers: logout })]),
    ...(push === undefined ? [] : [securityEvents({ ...receiver, ...bearer, transmitters: push })]),
  ];
  const pollers = poll.map((stream) => pollSecurityEvents({ ...stream, ...receiver }));
  return Object.freeze({
    routes,
    isRevoked: (claims: Claims) => feed.isRevoked(claims),
    close: async () => {
      await Promise.all(pollers.map((each) => each.close()));
    },
  });
}

/** An event about an unknown issuer would be acknowledged and have no effect. */
function checkIssuers({ logout, push, poll = [] }: ProviderEventsOptions, feed: ProviderEventServices["feed"]): void {
  const transmitters = [...(push ?? []), ...poll.map(({ transmitter }) => transmitter)];
  if (logout === undefined && transmitters.length === 0) {
    throw new WrongIdentityOption("Set `providerEvents` to { logout: […] }, { push: […] } or { poll: […] }");
  }
  const about = [
    ...(logout ?? []).map(({ issuer }) => issuer),
    ...transmitters.flatMap(({ issuer, subjectIssuers = [issuer] }) => subjectIssuers),
  ];
  const unknown = about.find((issuer) => !feed.knows(issuer));
  if (unknown === undefined) return;
  throw new WrongIdentityOption(
    `Add "${unknown}" to \`revocation.foreignIssuers\`: its events are received, and its tokens not known`,
  );
}
