/** What all routes of an API share when they are served, made of the API's options. */
import type { AuditSink } from "../audit/event.ts";
import { AuditReporter } from "../audit/reporter.ts";
import { consoleAudit } from "../audit/sink.ts";
import { notify, timeOf } from "../callback.ts";
import type { AppValues } from "../dependency/app-values.ts";
import { isPrintable, isToken } from "../http/token.ts";
import { type InputLimits, inputLimits } from "../input/limits.ts";
import type { ApiOptions } from "./api-options.ts";
import { ErrorTranslations } from "./error-translation.ts";
import { Background } from "./background.ts";
import { BuildError } from "../problem/error.ts";
import { webOriginOf } from "../access/origin.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import { Cors } from "./cors.ts";
import { corsSettings, pageOrigins } from "./cors-options.ts";
import { Observations } from "./observed.ts";
import { type BrokenOff, OpenLives } from "./request-life.ts";
import { metadataUrl } from "./protected-resource.ts";

/** Where an error happened. */
export interface ErrorOrigin {
  readonly requestId: string;
  /** The route, as declared: `GET /notes/:id`. */
  readonly route: string;
  /** The id of the principal that was verified before the error, if one was. */
  readonly subject: string | undefined;
}

/** One request that has been answered, for access logs and metrics. It has no path and no query: they may hold secrets. */
export interface AnswerEvent {
  readonly requestId: string;
  /** The route, as declared: `GET /notes/:id`. `(no route)` if none answers. */
  readonly route: string;
  /** The method, as sent. Empty for bytes that are not HTTP. */
  readonly method: string;
  readonly status: number;
  /** The code of the problem, if the answer is one. */
  readonly code: string | undefined;
  /** The id of the first principal that was verified. */
  readonly subject: string | undefined;
  /**
   * The kind of that principal: its own `kind` (`user`, `service`), or `user` or `client` if its token says so (RFC 9068 §2.2).
   */
  readonly subjectKind: string | undefined;
  /** Who acted as that principal, if its credential says that somebody does (RFC 8693 §4.1). */
  readonly actor: string | undefined;
  /** The names of the security schemes whose credentials were used. */
  readonly schemes: readonly string[];
  /**
   * `allowed` if the handler ran, `refused` if a check ended the request. `undefined` if neither was decided: no route answers,
   * an input is invalid, a check failed with an error.
   */
  readonly access: "allowed" | "refused" | undefined;
  /**
   * The check that refused, by the path of names that leads to it: `admin`, `note → user`. If no credential came, the schemes
   * that could have read one: `HTTPBearer or APIKeyHeader`. `the handler` if that is where the request was refused.
   */
  readonly refusedBy: string | undefined;
  /** The name of the type of the error that nothing expected: `TypeError`. Its message may hold what a client sent. */
  readonly error: string | undefined;
  /** Why the answer ended before its last byte, if the core knows it. `undefined` for a whole answer. */
  readonly brokenOff: BrokenOff | undefined;
  /** From the first look at the request until its answer was written, or broken off. */
  readonly durationMs: number;
}

/** Called once for each request, after its answer. It may be asynchronous; nothing waits for it. */
export type AnswerListener = ((event: AnswerEvent) => void) | ((event: AnswerEvent) => Promise<void>);

/** Called with an error that nothing expected, for the application's log. It may be asynchronous; no answer waits for it. */
export type ErrorListener =
  | ((error: unknown, about: ErrorOrigin) => void)
  | ((error: unknown, about: ErrorOrigin) => Promise<void>);

/** What all routes of an API share. */
export interface Serving {
  readonly realm: string;
  /** Where the protected-resource metadata is (RFC 9728 §5.1). */
  readonly resourceMetadata: string | undefined;
  readonly limits: InputLimits;
  /** `Strict-Transport-Security` of answers over encrypted connections. */
  readonly strictTransport: string;
  /** The headers that let pages of other origins read answers, if any may. */
  readonly cors: Cors | undefined;
  /** The origins of the application's own pages, exact. */
  readonly origins: ReadonlySet<string>;
  /** The origins that the API itself has. */
  readonly ownOrigins: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly audit: AuditReporter;
  readonly app: AppValues;
  /** The errors of the application that have an answer. */
  readonly translations: ErrorTranslations | undefined;
  readonly background: Background;
  /** The requests that last. */
  readonly open: OpenLives;
  /** How often their guards run again, in milliseconds. */
  readonly recheckMs: number;
  /** Never throws. */
  readonly onError: (error: unknown, about: ErrorOrigin) => void;
  /** Never throws. `undefined` if nobody listens. */
  readonly onAnswer: ((event: AnswerEvent) => void) | undefined;
  /** `undefined` if nothing follows the requests. */
  readonly observations: Observations | undefined;
  /** The header from which the id of a request is taken, in lower case. */
  readonly requestIdHeader: string | undefined;
}

/** @throws BuildError `wrong_option` */
export function servingOf(options: ApiOptions, app: AppValues, routes: readonly CompiledRoute[]): Serving {
  const settings = corsSettings(options, routes);
  const { onError = logError, onAnswer, observe, clock = Date.now } = options;
  return {
    realm: isPrintable(options.title) ? options.title : "api",
    resourceMetadata: options.resource && metadataUrl(options.resource),
    limits: inputLimits(options.limits),
    strictTransport: strictTransportOf(options),
    cors: settings && new Cors(settings),
    origins: pageOrigins(options),
    ownOrigins: ownOriginsOf(options),
    clock: () => timeOf(clock),
    audit: new AuditReporter(auditSinkOf(options), clock),
    app,
    translations: options.translate && new ErrorTranslations(options.translate),
    background: new Background(),
    open: new OpenLives(),
    recheckMs: recheckMsOf(options),
    onError: (error, about) => notify(`onError failed on ${about.route} (request ${about.requestId})`, onError, error, about),
    onAnswer: onAnswer && ((event) => notify(`onAnswer failed on ${event.route} (request ${event.requestId})`, onAnswer, event)),
    observations: observe && new Observations(observe),
    requestIdHeader: requestIdHeaderOf(options),
  };
}

/** The sink, and before it the observer: the failure of one does not keep an event from the other. */
function auditSinkOf({ audit = consoleAudit, observe }: ApiOptions): AuditSink {
  if (observe?.audited === undefined) return audit;
  return (event, origin) => {
    notify(`observe.audited() failed on ${event.type} (request ${event.requestId})`, () => observe.audited?.(event));
    return audit(event, origin);
  };
}

function recheckMsOf({ recheckMs = 500 }: ApiOptions): number {
  if (Number.isInteger(recheckMs) && recheckMs >= 50 && recheckMs <= 60_000) return recheckMs;
  throw new BuildError("wrong_option", "createApi(): set recheckMs to an integer from 50 to 60000");
}

function requestIdHeaderOf({ requestIdHeader = "X-Request-Id" }: ApiOptions): string | undefined {
  if (requestIdHeader === false) return undefined;
  if (typeof requestIdHeader === "string" && isToken(requestIdHeader)) return requestIdHeader.toLowerCase();
  throw new BuildError("wrong_option", "createApi(): set requestIdHeader to the name of a header, or to false");
}

/** A year (RFC 6797 §6.1). Without the directive it concerns this host only. */
function strictTransportOf({ hsts }: ApiOptions): string {
  return hsts?.includeSubDomains === true ? "max-age=31536000; includeSubDomains" : "max-age=31536000";
}

/** The names that an API says it has itself: the addresses in its documentation, and its resource identifier. */
function ownOriginsOf({ servers = [], resource }: ApiOptions): ReadonlySet<string> {
  const addresses = [...servers, ...(resource === undefined ? [] : [resource])].map(({ url }) => webOriginOf(url));
  return new Set(addresses.filter((origin) => origin !== undefined));
}

const logError: ErrorListener = (error, { requestId, route }) => {
  console.error(`${route} failed (request ${requestId})`, error);
};
