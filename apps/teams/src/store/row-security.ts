/**
 * Row-level security of PostgreSQL: if a route forgets its check, the database still shows a caller only the rows of their
 * organisations. `Store.as()` names the caller and takes the role `teams_caller`, which owns nothing and cannot bypass a policy.
 */
import { type Schema, sql } from "lockstep-identity/database";
import { insideTables } from "./schema.ts";

// The functions read tables that have policies themselves, so they run as the owner of the tables.
const asOwner = "STABLE SECURITY DEFINER LANGUAGE sql";

const policiesOf = (table: string, organisation: string): string[] => [
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO teams_caller`,
  `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY members ON ${table} USING (${organisation} IN (SELECT caller_organisations()))`,
  `CREATE POLICY staff ON ${table} FOR SELECT USING ((SELECT caller_is_staff()))`,
];

export const rowSecurity: Schema = {
  name: "teams_row_security",
  migrations: [
    [
      `DO 'BEGIN CREATE ROLE teams_caller NOLOGIN ROLE CURRENT_USER; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END'`,
      `CREATE FUNCTION caller_organisations() RETURNS SETOF TEXT ${asOwner} BEGIN ATOMIC
        SELECT organisation_id FROM members WHERE user_id = current_setting('app.caller')
        UNION ALL SELECT id FROM organisations WHERE 'org:' || id = current_setting('app.caller');
      END`,
      `CREATE FUNCTION caller_is_staff() RETURNS BOOLEAN ${asOwner}
        RETURN EXISTS (SELECT FROM staff WHERE id = current_setting('app.caller'))`,
      ...policiesOf("organisations", "id"),
      ...insideTables.flatMap((table) => policiesOf(table, "organisation_id")),
    ].map(sql),
  ],
};
