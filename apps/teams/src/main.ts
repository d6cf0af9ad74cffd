/** The program: reads the settings, opens the database, serves the API, and ends on a signal. */
import { type AuditEvent, type AuditOrigin, pinoAudit } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { type IdentityEvent, logMail, tableAudit, WrongIdentityOption, WrongIssuer } from "lockstep-identity";
import { smtpMail } from "lockstep-identity/smtp";
import { destination, pino } from "pino";
import { teamsApi } from "./api.ts";
import { addDemo } from "./demo.ts";
import { openIdentity } from "./identity.ts";
import { readSettings, type Settings, WrongSettings } from "./settings.ts";
import { databaseOf, openStore } from "./store/store.ts";

try {
  await start(readSettings(process.env));
} catch (error) {
  const isSetting = [WrongSettings, WrongIdentityOption, WrongIssuer].some((kind) => error instanceof kind);
  if (!isSetting || !(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function start(settings: Settings): Promise<void> {
  const isDemo = settings.TEAMS_DEMO === "1";
  // In production, Lockstep and identity refuse functions that are for tests and demonstrations.
  if (!isDemo) process.env["NODE_ENV"] = "production";
  const log = pino({ name: "teams", level: isDemo ? "warn" : "info" }, destination(2));
  const store = await openStore(databaseOf(settings.DATABASE_URL));
  const toLog = pinoAudit(log);
  const table = tableAudit(store.database, { key: settings.IDENTITY_KEY });
  const audit = (event: IdentityEvent | AuditEvent, origin: AuditOrigin): void => {
    toLog(event);
    table.sink(event, origin);
  };
  const { SMTP_URL: url, SMTP_USER: user, SMTP_PASSWORD: password, MAIL_FROM: from } = settings;
  const mail = isDemo ? logMail((text) => log.warn({ mail: text }, "mail")) : smtpMail({ url, user, password, from });
  const auth = await openIdentity(settings, store, mail, audit);
  const lines = isDemo ? await addDemo({ store, auth }) : [];
  const server = fastifyServer(teamsApi({ store, auth, mail, log, audit }), { trustedProxies: settings.TRUSTED_PROXIES });
  const end = async (): Promise<void> => {
    await server.close();
    await auth.close();
    await table.close();
    await store.database.close();
  };
  process.once("SIGTERM", () => void end()).once("SIGINT", () => void end());
  const address = await server.listen({ host: settings.HOST, port: settings.PORT });
  console.log([`Teams:    ${address}`, `Docs:     ${address}/docs`, ...lines].join("\n"));
}
