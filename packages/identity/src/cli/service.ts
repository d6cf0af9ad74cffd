/** Commands for the service as a whole. */
import { revokeEverything } from "../lineage/revoke-everything.ts";
import { generateIdentityKey } from "../secret/identity-key.ts";
import { migrate, versionOf } from "../store/migration.ts";
import { identitySchema } from "../store/schema.ts";
import { byCommandLine, type Command } from "./command.ts";

const dayMs = 86_400_000;

/** `generate-key`, `migrate`, `revoke-everything`. */
export const serviceCommands: readonly Command[] = [
  {
    name: "generate-key",
    summary: "Make an IDENTITY_KEY; it is printed and not stored",
    run: async () => {
      const key = generateIdentityKey().reveal();
      return { json: { key }, text: key };
    },
  },
  {
    name: "migrate",
    summary: "Make the tables of the database, or bring them up to date",
    run: async (_given, context) => {
      // On a large table a step can take very long, and so can waiting for another process that migrates.
      const database = await context.database({ mayCreate: true, statementTimeoutMs: dayMs });
      let steps = 0;
      await migrate(database, identitySchema, ({ version, of }) => {
        steps += 1;
        context.progress(`Version ${version} of ${of}`);
      });
      const version = await versionOf(database, identitySchema);
      const text =
        steps === 0
          ? `The database was up to date already (version ${version}).`
          : `The database is up to date (version ${version}).`;
      return { json: { version, steps }, text };
    },
  },
  {
    name: "revoke-everything",
    summary: "End every session, token, API key and link, for example after restoring a backup",
    options: {
      "keep-keys": { about: "Leave the API keys as they are" },
      yes: { about: "Confirm that all of them end" },
    },
    run: async (given, context) => {
      const keepKeys = given.has("keep-keys");
      given.confirm(keepKeys ? "this ends every session, token and link" : "this ends every session, token, API key and link");
      const ended = await revokeEverything(await context.settings(), { by: byCommandLine, keepKeys });
      const { sessions, apiKeys, links } = ended;
      const keys = keepKeys ? "API keys were kept" : `${apiKeys} API keys`;
      return { json: ended, text: `Ended: ${sessions} sessions, ${keys}, ${links} links, and every access token.` };
    },
  },
];
