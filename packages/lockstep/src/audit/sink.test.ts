import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { test } from "node:test";
import { pino } from "pino";
import type { AuditEvent, AuditSink } from "./event.ts";
import { consoleAudit, pinoAudit } from "./sink.ts";

const about = { at: 1, requestId: "r1", route: "GET /", subjects: [] };
const denied: AuditEvent = { ...about, type: "authorization.denied", reason: "no", dependency: "user" };

/** An event of another package. */
interface Login {
  readonly type: "account.signed_in" | "error.mail";
  readonly outcome: "success" | "failure";
  readonly account: string;
}

/** Returns the calls of a logger, with their levels. */
function logged(write: (sink: (event: AuditEvent | Login | { readonly type: string }) => void) => void): readonly unknown[] {
  const lines: unknown[] = [];
  class Logger {
    readonly lines = lines;
    info(record: object, message: string): void {
      this.lines.push(["info", record, message]);
    }
    warn(record: object, message: string): void {
      this.lines.push(["warn", record, message]);
    }
    error(record: object, message: string): void {
      this.lines.push(["error", record, message]);
    }
  }
  write(pinoAudit(new Logger()));
  return lines;
}

test("logs errors at error, and everything else at warn", () => {
  const broken: AuditEvent = { ...about, type: "error.unexpected", reason: "bug" };
  assert.deepEqual(
    logged((sink) => [denied, broken].forEach(sink)),
    [
      ["warn", { audit: denied }, "authorization.denied"],
      ["error", { audit: broken }, "error.unexpected"],
    ],
  );
});

test("logs the events of other packages, and a success at info", () => {
  const events: Login[] = [
    { type: "account.signed_in", outcome: "success", account: "a1" },
    { type: "account.signed_in", outcome: "failure", account: "a1" },
    { type: "error.mail", outcome: "success", account: "a1" },
  ];
  const lines = logged((sink) => [...events, { type: "plain" }].forEach(sink));
  assert.deepEqual(
    lines.map((line) => (Array.isArray(line) ? line[0] : line)),
    ["info", "warn", "error", "warn"],
  );
});

test("both sinks take the events of an API and of other packages", (t) => {
  const printed = t.mock.method(console, "error", () => {});
  const sinks: readonly AuditSink[] = [consoleAudit, pinoAudit({ info: () => {}, warn: () => {}, error: () => {} })];
  const others: readonly ((event: Login) => void)[] = [consoleAudit];
  void sinks[0]?.(denied, { address: "192.0.2.1" });
  others[0]?.({ type: "account.signed_in", outcome: "success", account: "a1" });
  assert.deepEqual(
    printed.mock.calls.map((call) => JSON.parse(String(call.arguments[0]))),
    [{ audit: denied }, { audit: { type: "account.signed_in", outcome: "success", account: "a1" } }],
  );
});

test("formats in an event are written as they are (I-16)", (t) => {
  const formats = "%s %j %o %d %i %f %c %% {} ${x} \u001b[2J";
  const event: AuditEvent = { ...denied, reason: formats, subjects: [formats] };
  const written: string[] = [];
  // A console as the process has one: other tests of the process may have replaced its methods.
  const stream = new Writable({ write: (line, _encoding, done) => (written.push(String(line)), done()) });
  const own = new Console(stream);
  t.mock.method(console, "error", (...parts: readonly unknown[]) => own.error(...parts));
  consoleAudit(event);
  pinoAudit(pino({ base: null }, { write: (line: string) => void written.push(line) }))(event);
  const [byConsole, byPino] = written.map((line) => JSON.parse(line) as { readonly audit: AuditEvent; readonly msg?: string });
  assert.deepEqual([byConsole?.audit, byPino?.audit], [event, event]);
  assert.equal(byPino?.msg, "authorization.denied");
  assert.equal(written.length, 2);
});
