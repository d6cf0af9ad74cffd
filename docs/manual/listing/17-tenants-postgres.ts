import { createApi, get, resource } from "lockstep";
import type { Pool } from "pg";
import { z } from "zod";
import { membership, role } from "./17-tenants.ts";

// #region schema
export const schema = `
  CREATE TABLE projects (id text PRIMARY KEY, organisation_id text NOT NULL, name text NOT NULL);
  CREATE ROLE tenant NOLOGIN;
  GRANT SELECT, INSERT, UPDATE, DELETE ON projects TO tenant;
  ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own_rows ON projects USING (organisation_id = current_setting('app.organisation'))`;
// #endregion

/** Makes the API. */
export function tenantApi(pool: Pool) {
  // #region rows
  const rows = resource({ org: membership }, async function* ({ org }) {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const enter = "SELECT set_config('app.organisation', $1, true), set_config('role', 'tenant', true)";
      await client.query(enter, [org.id]); // until the end of the transaction
      yield client;
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  });
  // #endregion

  const Projects = z.array(z.object({ id: z.string(), name: z.string() }));

  // #region forgotten
  const projects = get(
    "/organisations/:organisation/projects",
    { deps: { org: role.require("viewer"), rows }, response: Projects },
    async ({ rows }) => (await rows.query<{ id: string; name: string }>("SELECT id, name FROM projects")).rows, // no WHERE
  );
  // #endregion

  return createApi({ title: "Tenants", version: "1.0.0", routes: [projects] });
}
