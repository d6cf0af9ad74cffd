/**
 * `npm run start:delegated`: an identity provider and the notes API, which leaves signing in to it. The notes API is the program
 * of `npm start`, unchanged: only its environment differs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { docsClient, jobClient, startProvider } from "./provider.ts";

const notesPort = Number(process.env["PORT"] || 3000);
const notes = `http://127.0.0.1:${notesPort}`;
const provider = await startProvider({ port: Number(process.env["PROVIDER_PORT"] || 3001), notes });
const program = startNotes(provider.issuer);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => program.kill("SIGTERM"));
console.log(`Provider: ${provider.issuer} (any name and password)\nProgram:  ${jobClient.id}, secret ${jobClient.secret}`);
const [code] = await once(program, "exit");
await provider.close();
process.exitCode = typeof code === "number" ? code : 1;

function startNotes(issuer: string): ChildProcess {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const env = {
    ...process.env,
    NOTES_DEMO: "1",
    HOST: "127.0.0.1",
    PORT: String(notesPort),
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: notes,
    AUTH_CLAIMS: "rfc9068",
    AUTH_CLIENT_ID: docsClient,
    AUTH_ALLOW_LOOPBACK_ISSUER: "1",
  };
  return spawn(process.execPath, ["--conditions=lockstep-source", main], { env, stdio: "inherit" });
}
