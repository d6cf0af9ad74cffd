/** The program: reads the settings, opens the database, serves the API, and ends on a signal. */
import { type AuditEvent, type AuditOrigin, BuildError, pinoAudit } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { type IdentityEvent, logMail, tableAudit, WrongIdentityOption, WrongIssuer } from "lockstep-identity";
import { openPostgres } from "lockstep-identity/postgres";
import { smtpMail } from "lockstep-identity/smtp";
import { openSqlite } from "lockstep-identity/sqlite";
import { destination, pino } from "pino";
import { z } from "zod";
import { teamsApi } from "./api.ts";
import { addDemo } from "./demo.ts";
import { deliver } from "./event/webhook.ts";
import { openIdentity } from "./identity.ts";
import { readSettings, type Settings } from "./settings.ts";
import { removeUnfinished } from "./project/attachment.ts";
import { openStore } from "./store/store.ts";

async function start(settings: Settings): Promise<void> {
  const isDemo = settings.TEAMS_DEMO === "1";
  // In production, Lockstep and identity refuse functions that are for tests and demonstrations.
  if (!isDemo) process.env["NODE_ENV"] = "production";
  const log = pino({ name: "teams", level: isDemo ? "warn" : "info" }, destination(2));
  const { DATABASE_URL: place } = settings;
  const store = await openStore(place.startsWith("sqlite:") ? openSqlite(place.slice("sqlite:".length)) : openPostgres(place));
  const table = tableAudit(store.database, { key: settings.IDENTITY_KEY });
  const toLog = pinoAudit(log);
  const audit = (event: IdentityEvent | AuditEvent, origin: AuditOrigin): void => (toLog(event), table.sink(event, origin));
  const { SMTP_URL: url, SMTP_USER: user, SMTP_PASSWORD: password, MAIL_FROM: from } = settings;
  const mail = isDemo ? logMail((text) => log.warn({ mail: text }, "mail")) : smtpMail({ url, user, password, from });
  const auth = await openIdentity(settings, store, mail, audit);
  const lines = isDemo ? await addDemo({ store, auth, settings }) : [];
  const services = { settings, store, auth, mail, log, audit };
  const server = fastifyServer(teamsApi(services), { trustedProxies: settings.TRUSTED_PROXIES });
  const pending = () => Promise.all([deliver(services), removeUnfinished(services)]);
  const everyMinute = setInterval(() => void pending().catch((error: unknown) => log.error(error, "pending work")), 60_000);
  const end = async (): Promise<void> => {
    clearInterval(everyMinute);
    await server.close();
    await auth.close();
    await table.close();
    await store.database.close();
  };
  process.once("SIGTERM", () => void end()).once("SIGINT", () => void end());
  const address = await server.listen({ host: settings.HOST, port: settings.PORT });
  console.log([`Teams:    ${address}`, `Docs:     ${address}/docs`, ...lines].join("\n"));
}

try {
  await start(readSettings(process.env));
} catch (error) {
  const isWrongSetting = [z.ZodError, WrongIdentityOption, WrongIssuer, BuildError].some((kind) => error instanceof kind);
  if (!isWrongSetting || !(error instanceof Error)) throw error;
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error.message);
  process.exitCode = 1;
}
