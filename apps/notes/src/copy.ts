/**
 * `npm run copy -- <url>`: copies the database of `DATABASE_URL` to an empty one, from SQLite to PostgreSQL or back. Stop the
 * service first.
 */
import { CopyRefused, copyTables, identitySchema, identityTables, migrate } from "lockstep-identity/database";
import { readDatabase } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { openStore } from "./store/store.ts";

const tables = [...identityTables, "notes_profiles", "notes_notes", "notes_settings"];

try {
  await copy(process.env["DATABASE_URL"], process.argv[2]);
} catch (error) {
  if (!(error instanceof StartError || error instanceof CopyRefused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function copy(fromUrl: string | undefined, toUrl: string | undefined): Promise<void> {
  if (!toUrl) throw new StartError("Name the other database: npm run copy -- postgres://user:password@host:5432/name");
  const from = await openStore(readDatabase(fromUrl));
  const to = await openStore(readDatabase(toUrl));
  try {
    for (const { database } of [from, to]) await migrate(database, identitySchema);
    await copyTables(from.database, to.database, {
      tables,
      progress: ({ table, rows, of }) => console.log(`${table}: ${rows} of ${of}`),
    });
    console.log("Done. Start the service with the other DATABASE_URL and the same IDENTITY_KEY.");
  } finally {
    await from.close();
    await to.close();
  }
}
