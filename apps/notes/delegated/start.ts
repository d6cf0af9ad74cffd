/**
 * `npm run start:delegated`: an identity provider and the notes API, which leaves signing in to it. The notes API is the program
 * of `npm start`, unchanged: only its environment differs.
 */
import { readSettings } from "../src/settings.ts";
import { StartError } from "../src/start-error.ts";
import { docsClient, jobClient, type RunningProvider, startProvider } from "./provider.ts";

const demo = { NOTES_DEMO: "1", HOST: "127.0.0.1", AUTH_ISSUER: "" } as const;

try {
  await start();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  // The provider has to know the address of the program before both start.
  const { port } = readSettings({ ...process.env, ...demo });
  const notes = `http://127.0.0.1:${port}`;
  const { issuer, close } = await provider(notes);
  console.log(`Provider: ${issuer} (any name and any password)\nProgram:  ${jobClient.id}, with the secret ${jobClient.secret}`);
  const auth = { AUTH_ISSUER: issuer, AUTH_AUDIENCE: notes, AUTH_CLAIMS: "rfc9068", AUTH_CLIENT_ID: docsClient };
  Object.assign(process.env, demo, auth, { AUTH_ALLOW_LOOPBACK_ISSUER: "1" });
  // The program ends on a signal, and the provider with it.
  process.once("SIGINT", () => void close());
  process.once("SIGTERM", () => void close());
  await import("../src/main.ts");
  // It has said why it does not start.
  if (process.exitCode !== undefined) await close();
}

/** @throws StartError for a port that cannot be used */
async function provider(notes: string): Promise<RunningProvider> {
  const port = Number(process.env["PROVIDER_PORT"] || 3001);
  const wrong = "Set PROVIDER_PORT to a free port of this machine, from 1024 to 65535, or to 0 for any";
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StartError(`${wrong}.`);
  try {
    return await startProvider({ port, notes });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE" || code === "EACCES")
      throw new StartError(`${wrong}: port ${port} cannot be used.`, { cause: error });
    throw error;
  }
}
