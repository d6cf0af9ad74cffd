/** `lockstep/opentelemetry`: traces and metrics of an API, on `@opentelemetry/api`. */
export { openTelemetry, type OpenTelemetryOptions } from "./open-telemetry.ts";
