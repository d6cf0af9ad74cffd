/**
 * `npm run start:delegated`: an identity provider and the notes API, which leaves signing in to it. The notes API is the program
 * of `npm start`, unchanged: only its environment differs.
 */
import { docsClient, jobClient, startProvider } from "./provider.ts";

const { PORT, PROVIDER_PORT } = process.env;
const notes = `http://127.0.0.1:${PORT || 3000}`;
const { issuer, close } = await startProvider({ port: Number(PROVIDER_PORT || 3001), notes });
console.log(`Provider: ${issuer} (any name and any password)\nProgram:  ${jobClient.id}, with the secret ${jobClient.secret}`);
Object.assign(process.env, {
  NOTES_DEMO: "1",
  HOST: "127.0.0.1",
  AUTH_ISSUER: issuer,
  AUTH_AUDIENCE: notes,
  AUTH_CLAIMS: "rfc9068",
  AUTH_CLIENT_ID: docsClient,
  AUTH_ALLOW_LOOPBACK_ISSUER: "1",
});
// The program ends on a signal, and the provider with it.
process.once("SIGINT", () => void close());
process.once("SIGTERM", () => void close());
await import("../src/main.ts");
// It has said why it does not start.
if (process.exitCode !== undefined) await close();
