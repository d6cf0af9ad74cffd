/** The program: reads the settings, opens the database, serves the API, and ends on a signal. */
import type { AddressInfo } from "node:net";
import { type AuditEvent, type AuditOrigin, pinoAudit } from "lockstep";
import type { IdentityEvent } from "lockstep-identity";
import { fastifyServer } from "lockstep/fastify";
import { destination, type Logger, pino } from "pino";
import { notesApi } from "./api.ts";
import { claimDatabase, demoAccounts, type DemoCredentials, prepareDemo, prepareProduction } from "./first-data.ts";
import { moveFirstVersion } from "./first-version.ts";
import { openAudit, openIdentity } from "./identity.ts";
import { readSettings, type Settings, urlOf } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { openStore, type Store } from "./store/store.ts";

/** The time that requests in flight may take after a signal. */
const shutdownMs = 10_000;

try {
  await start(readSettings(process.env));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function start(settings: Settings): Promise<void> {
  // In production, Lockstep refuses functions that are for tests only.
  if (settings.mode === "production") process.env["NODE_ENV"] = "production";
  // Standard output is for the lines below. The log, one line of JSON for each event, goes to standard error. In the demo, it
  // contains only warnings and errors.
  const log = pino({ name: "notes", level: settings.mode === "demo" ? "warn" : "info" }, destination(2));
  const store = await openStore(settings.database);
  const running = await serve(settings, store, log).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  endOnSignal(running);
  // A server that listens on a port has an address with a port.
  const { port } = running.server.server.address() as AddressInfo;
  printStart(urlOf(settings.host, port), running.demo, settings);
}

type Server = ReturnType<typeof fastifyServer>;

/** The running program, and how to end it. */
interface Running {
  readonly server: Server;
  readonly demo: DemoCredentials | undefined;
  close(): Promise<void>;
}

async function serve(settings: Settings, store: Store, log: Logger): Promise<Running> {
  await claimDatabase(store, settings.mode);
  const toLog = pinoAudit(log);
  const table = openAudit({ settings, store });
  const audit = (event: IdentityEvent | AuditEvent, origin: AuditOrigin): void => {
    toLog(event);
    table.sink(event, origin);
  };
  const auth = await openIdentity({ settings, store, log, audit });
  await moveFirstVersion(store.database, auth);
  const demo = settings.mode === "demo" ? await prepareDemo({ store, auth }, settings) : undefined;
  if (settings.mode === "production") await prepareProduction({ store, auth }, settings);
  const api = notesApi({ store, auth, audit, log, docs: demo === undefined ? "administrators" : "open" });
  const server = fastifyServer(api, { trustedProxies: settings.trustedProxies });
  await listen(server, settings);
  const close = async (): Promise<void> => {
    await server.close();
    await auth.close();
    await table.close();
    await store.close();
  };
  return { server, demo, close };
}

async function listen(server: Server, { host, port, sharesPort }: Settings): Promise<void> {
  try {
    // The system distributes connections to all processes that share the port.
    await server.listen({ host, port, ...(sharesPort ? { reusePort: true } : {}) });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") throw new StartError(`Set PORT to another port: port ${port} of ${host} is in use.`);
    if (code === "EACCES")
      throw new StartError(`Set PORT to a port above 1023: this user may not listen on port ${port} of ${host}.`);
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
      throw new StartError(`Set HOST to an address of this machine: ${host} is not one.`);
    throw error;
  }
}

/** Ends the program once, however many signals arrive: on Ctrl-C, a terminal and npm both send one. */
function endOnSignal({ server, close }: Running): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    // Requests in flight finish, unless they take too long. Then nothing is left to wait for, and the process ends.
    setTimeout(() => server.server.closeAllConnections(), shutdownMs).unref();
    void close();
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function printStart(url: string, demo: DemoCredentials | undefined, { provider }: Settings): void {
  const lines = [`Notes:    ${url}`];
  if (demo !== undefined) {
    const { password, apiKey } = demo;
    lines.push(
      `Docs:     ${url}/docs`,
      ...(password === undefined ? [] : [`Password: ${password.reveal()}`]),
      `API key:  ${apiKey.reveal()}`,
      ...(password === undefined ? [] : [`Accounts: ${demoAccounts.map(({ email }) => email).join(", ")}`]),
    );
  }
  if (provider !== undefined) lines.push(`Sign in:  ${provider.issuers.join(", ")}`);
  console.log(lines.join("\n"));
}
