/** Sinks for audit events. */
import type { AuditEvent, AuditSink } from "./event.ts";

/** What the sink needs of a logger; pino's fits, and so do most others. */
export interface StructuredLogger {
  info(record: object, message: string): void;
  warn(record: object, message: string): void;
  error(record: object, message: string): void;
}

/**
 * A sink that writes to a structured logger such as pino: errors at `error`, everything else at `warn`.
 *
 * @example
 * ```ts
 * createApi({ title, version, routes, audit: pinoAudit(pino({ name: "audit" })) });
 * ```
 */
export function pinoAudit(logger: StructuredLogger): AuditSink {
  return (event) => {
    const write = event.type.startsWith("error.") ? logger.error : logger.warn;
    write.call(logger, { audit: event }, event.type);
  };
}

/** The sink of an API that names none: one line of JSON for each event, on standard error. */
export function consoleAudit(event: AuditEvent): void {
  console.error(JSON.stringify({ audit: event }));
}
