import {
  authenticate,
  createApi,
  get,
  httpBearer,
  identified,
  path,
  permitted,
  pinoAudit,
  roles,
  type AuditEvent,
  type AuditSink,
} from "lockstep";
import { jwtVerifier } from "lockstep/jwt";
import { openTelemetry } from "lockstep/opentelemetry";
import { pino } from "pino";
import { z } from "zod";
import { issuer, keys, notes, users } from "./setting.ts";

/** The lines of the log, for the tests of this page. */
export const lines: Record<string, unknown>[] = [];
const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };

const verifier = jwtVerifier({ issuer, audience: "notes", keys, typ: "at+jwt", algorithms: ["ES256"] });
const claims = verifier.claims(httpBearer());
const currentUser = authenticate({ claims }, ({ claims }) => {
  const user = users.get(claims.sub);
  return user && identified(user, claims);
});
const role = roles({ user: [], editor: [], admin: ["editor"] }, currentUser, (user) => user.role, { reachAny: ["admin"] });
const anyNote = permitted({ admin: role.require("admin"), id: path("id", z.uuid()) }, ({ id }) => notes.get(id));

const routes = [
  get("/me", { deps: { user: currentUser } }, ({ user }) => user.id),
  get("/notes/:id", { deps: { note: anyNote } }, ({ note }) => note.text),
  get("/report", { deps: { user: currentUser } }, () => {
    throw new TypeError("the report has no template");
  }),
];

// #region api
const log = pino({ base: null }, destination);

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes,
  onAnswer: (answer) => log.info({ answer }, "answered"),
  onError: (error, { requestId, route, subject }) => log.error({ err: error, requestId, route, subject }, "failed"),
  audit: pinoAudit(log),
  observe: openTelemetry(),
});
// #endregion

/** The events that went to each place. */
export const kept: { readonly log: AuditEvent[]; readonly table: AuditEvent[] } = { log: [], table: [] };
const toLog: AuditSink = (event) => void kept.log.push(event);
const insert = async (event: AuditEvent): Promise<void> => void kept.table.push(event);

// #region audit
const audit: AuditSink = (event, origin) => {
  if (event.type === "object.reached") return insert(event); // kept for a year: people may ask who has read their data
  return toLog(event, origin);
};
// #endregion

export const audited = createApi({ title: "Notes", version: "1.0.0", routes, audit, onError: () => {} });

// #region request-id
export const behindProxy = createApi({ title: "Notes", version: "1.0.0", routes, requestIdHeader: "X-Amzn-Trace-Id" });
// #endregion
