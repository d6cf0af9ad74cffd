/** What all routes of an API share when they are served, made of the API's options. */
import { AuditReporter } from "../audit/reporter.ts";
import { consoleAudit } from "../audit/sink.ts";
import { notify } from "../callback.ts";
import type { AppValues } from "../dependency/app-values.ts";
import { isPrintable } from "../http/token.ts";
import { type InputLimits, inputLimits } from "../input/limits.ts";
import type { ApiOptions } from "./api-options.ts";
import { checkOrigin, webOriginOf } from "../access/origin.ts";
import { metadataUrl } from "./protected-resource.ts";

/** Where an error happened. */
export interface ErrorOrigin {
  readonly requestId: string;
  /** The route, as declared: `GET /notes/:id`. */
  readonly route: string;
}

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
  /** The origins of the application's own pages, exact. */
  readonly origins: ReadonlySet<string>;
  /** The origins that the API itself has. */
  readonly ownOrigins: ReadonlySet<string>;
  readonly audit: AuditReporter;
  readonly app: AppValues;
  /** Never throws. */
  readonly onError: (error: unknown, about: ErrorOrigin) => void;
}

/** @throws BuildError `wrong_option` */
export function servingOf(options: ApiOptions, app: AppValues): Serving {
  const { onError = logError } = options;
  return {
    realm: isPrintable(options.title) ? options.title : "api",
    resourceMetadata: options.resource && metadataUrl(options.resource),
    limits: inputLimits(options.limits),
    strictTransport: strictTransportOf(options),
    origins: new Set(options.origins?.map((origin) => checkOrigin(origin))),
    ownOrigins: ownOriginsOf(options),
    audit: new AuditReporter(options.audit ?? consoleAudit, options.clock ?? Date.now),
    app,
    onError: (error, about) => notify(`onError failed on ${about.route} (request ${about.requestId})`, onError, error, about),
  };
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
