/** Sinks for audit events: the core's, and those of other packages. */

/** The members that every audit event has: those of an API, and those that other packages report through the same sink. */
export interface AuditRecord {
  /** The kind of event. Types that begin with `error.` are errors. */
  readonly type: string;
  /** How it ended, if the event says so. An event with `success` is not logged as a warning. */
  readonly outcome?: unknown;
}

/** The methods of a logger that the sink calls. pino has them, and so do most other loggers. */
export interface StructuredLogger {
  info(record: object, message: string): void;
  warn(record: object, message: string): void;
  error(record: object, message: string): void;
}

/**
 * Returns a sink that writes to a structured logger such as pino: errors at `error`, events with the outcome `success` at `info`,
 * everything else at `warn`. It takes the events of an API, and any others that have a `type`.
 *
 * @example
 * ```ts
 * createApi({ title, version, routes, audit: pinoAudit(pino({ name: "audit" })) });
 * ```
 */
export function pinoAudit(logger: StructuredLogger): (event: AuditRecord) => void {
  return (event) => logger[levelOf(event)]({ audit: event }, event.type);
}

function levelOf({ type, outcome }: AuditRecord): keyof StructuredLogger {
  if (type.startsWith("error.")) return "error";
  return outcome === "success" ? "info" : "warn";
}

/** Writes each event as one line of JSON on standard error. This is the sink of an API without the option `audit`. */
export function consoleAudit(event: AuditRecord): void {
  console.error(JSON.stringify({ audit: event }));
}
