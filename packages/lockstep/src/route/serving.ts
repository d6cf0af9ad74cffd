/** From the options of an API to what its routes share. */
import { AuditReporter } from "../audit/reporter.ts";
import { consoleAudit } from "../audit/sink.ts";
import { notify } from "../callback.ts";
import type { AppValues } from "../dependency/app-values.ts";
import { inputLimits } from "../input/limits.ts";
import type { ApiOptions } from "./api-options.ts";
import { checkOrigin, webOriginOf } from "./origin.ts";
import { metadataUrl } from "./protected-resource.ts";
import type { ErrorListener, Serving } from "./served-route.ts";

const printable = /^[\x20-\x7e]+$/;

/** @throws BuildError `wrong_option` */
export function servingOf(options: ApiOptions, app: AppValues): Serving {
  const { onError = logError } = options;
  return {
    realm: printable.test(options.title) ? options.title : "api",
    resourceMetadata: options.resource && metadataUrl(options.resource),
    limits: inputLimits(options.limits),
    origins: new Set(options.origins?.map(checkOrigin)),
    ownOrigins: ownOriginsOf(options),
    audit: new AuditReporter(options.audit ?? consoleAudit, options.clock ?? Date.now),
    app,
    onError: (error, about) => notify(`onError failed on ${about.route} (request ${about.requestId})`, onError, error, about),
  };
}

/** The names that an API says it has itself: the addresses in its documentation, and its resource identifier. */
function ownOriginsOf({ servers = [], resource }: ApiOptions): ReadonlySet<string> {
  const addresses = [...servers, ...(resource === undefined ? [] : [resource])].map(({ url }) => webOriginOf(url));
  return new Set(addresses.filter((origin) => origin !== undefined));
}

const logError: ErrorListener = (error, { requestId, route }) => {
  console.error(`${route} failed (request ${requestId})`, error);
};
