/** Sinks for audit events: the core's, and those of other packages. */

/** The least that an audit event has. Every `AuditEvent` is one; so is what another package reports through the same sink. */
export interface AuditRecord {
  /** What happened. Types that begin with `error.` are errors. */
  readonly type: string;
  /** How it ended, where that is said: `success` is no cause for a warning. */
  readonly outcome?: unknown;
}

/** What the sink needs of a logger; pino's fits, and so do most others. */
export interface StructuredLogger {
  info(record: object, message: string): void;
  warn(record: object, message: string): void;
  error(record: object, message: string): void;
}

/**
 * A sink that writes to a structured logger such as pino: errors at `error`, what has the outcome `success` at `info`,
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

/** The sink of an API that names none: one line of JSON for each event, on standard error whatever the event. */
export function consoleAudit(event: AuditRecord): void {
  console.error(JSON.stringify({ audit: event }));
}
