/** The program: reads the settings, opens the database, serves, and ends when it is told to. */
import type { AddressInfo } from "node:net";
import { fastifyServer } from "lockstep/fastify";
import { destination, pino } from "pino";
import { notesApi } from "./api.ts";
import { demoAccounts, type DemoCredentials, prepareDemo, prepareProduction } from "./first-data.ts";
import { readSettings, type Settings, urlOf } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { openStore } from "./store/store.ts";
import { accessTokens, demoSigningKey } from "./token.ts";

/** How long requests in flight may take after the signal to end. */
const shutdownMs = 10_000;

try {
  await start(readSettings(process.env));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function start(settings: Settings): Promise<void> {
  // Elsewhere the toolkit refuses what is for tests only.
  if (settings.mode === "production") process.env["NODE_ENV"] = "production";
  const store = openStore(settings.databasePath);
  const demo = settings.mode === "demo" ? await prepareDemo(store, settings) : undefined;
  if (settings.mode === "production") await prepareProduction(store, settings);
  const tokens = await accessTokens(settings.issuer, settings.signingKey ?? (await demoSigningKey(store)));
  // Standard output is for the lines below; the log, one line of JSON for each event, goes to standard error.
  const log = pino({ name: "notes" }, destination(2));
  const server = fastifyServer(notesApi({ store, tokens, log, docs: demo === undefined ? "none" : "open" }));
  await listen(server, settings);
  endOnSignal(server);
  // A server that listens on a port has an address with one.
  const { port } = server.server.address() as AddressInfo;
  printStart(urlOf(settings.host, port), demo);
}

type Server = ReturnType<typeof fastifyServer>;

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") throw new StartError(`Port ${port} of ${host} is in use: set PORT to another one.`);
    if (code === "EACCES") throw new StartError(`Port ${port} of ${host} is not for this user: set PORT to one above 1023.`);
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
      throw new StartError(`${host} is no address of this machine: set HOST to one.`);
    throw error;
  }
}

/** Ends once, however many signals come: on Ctrl-C a terminal and npm both send one. */
function endOnSignal(server: Server): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    // Requests in flight are finished, unless they take too long; then nothing is left to wait for and the process ends.
    setTimeout(() => server.server.closeAllConnections(), shutdownMs).unref();
    // A client that keeps the connection of its last request open would hold the process until then.
    setInterval(() => server.server.closeIdleConnections(), 50).unref();
    void server.close();
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function printStart(url: string, demo: DemoCredentials | undefined): void {
  const lines = [`Notes:    ${url}`];
  if (demo !== undefined) {
    lines.push(
      `Docs:     ${url}/docs`,
      `Password: ${demo.password.reveal()}`,
      `API key:  ${demo.apiKey.reveal()}`,
      `Accounts: ${demoAccounts.map(({ email }) => email).join(", ")}`,
    );
  }
  console.log(lines.join("\n"));
}
