/** From the options of an API to what its routes share. */
import { AuditReporter } from "../audit/reporter.ts";
import { consoleAudit } from "../audit/sink.ts";
import type { AppValues } from "../dependency/app-values.ts";
import { inputLimits } from "../input/limits.ts";
import { BuildError } from "../problem/error.ts";
import type { ApiOptions } from "./api-options.ts";
import { metadataUrl } from "./protected-resource.ts";
import type { ErrorListener, Serving } from "./served-route.ts";

const printable = /^[\x20-\x7e]+$/;

/** @throws BuildError `wrong_option` */
export function servingOf(options: ApiOptions, app: AppValues): Serving {
  return {
    realm: printable.test(options.title) ? options.title : "api",
    resourceMetadata: options.resource && metadataUrl(options.resource),
    limits: inputLimits(options.limits),
    origins: new Set(options.origins?.map(checkOrigin)),
    audit: new AuditReporter(options.audit ?? consoleAudit, options.clock ?? Date.now),
    app,
    onError: options.onError ?? logError,
  };
}

/** An origin as browsers send it (RFC 6454 §6.2): anything else would never match, or match too much. */
function checkOrigin(origin: string): string {
  if (URL.canParse(origin)) {
    const url = new URL(origin);
    if (url.origin === origin && (url.protocol === "https:" || url.protocol === "http:")) return origin;
  }
  throw new BuildError(
    "wrong_option",
    `origins: "${origin}" is no origin; write it as browsers send it, for example https://app.example`,
  );
}

const logError: ErrorListener = (error, { requestId, route }) => {
  console.error(`${route} failed (request ${requestId})`, error);
};
