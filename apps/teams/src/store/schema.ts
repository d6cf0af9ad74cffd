/** The tables. Every row names its organisation, so one rule protects all tables. Times are text in ISO 8601 and UTC. */
import { type Schema, sql } from "lockstep-identity/database";

const id = "id TEXT NOT NULL PRIMARY KEY";
const parent = (table: string): string => `TEXT NOT NULL REFERENCES ${table} (id) ON DELETE CASCADE`;
const inOrganisation = `organisation_id ${parent("organisations")}`;

export const teamsSchema: Schema = {
  name: "teams",
  migrations: [
    [
      `CREATE TABLE organisations (${id}, name TEXT NOT NULL, plan TEXT NOT NULL, created_at TEXT NOT NULL)`,
      `CREATE TABLE members (${id}, ${inOrganisation}, user_id ${parent("identity_accounts")}, role TEXT NOT NULL,
        created_at TEXT NOT NULL, UNIQUE (organisation_id, user_id))`,
      "CREATE INDEX members_by_user ON members (user_id)",
      `CREATE TABLE staff (id ${parent("identity_accounts")}, created_at TEXT NOT NULL, PRIMARY KEY (id))`,
      `CREATE TABLE invitations (${id}, ${inOrganisation}, email TEXT NOT NULL, role TEXT NOT NULL,
        token_hash TEXT NOT NULL UNIQUE, expires_at TEXT NOT NULL, created_at TEXT NOT NULL)`,
      `CREATE TABLE projects (${id}, ${inOrganisation}, name TEXT NOT NULL, created_at TEXT NOT NULL)`,
      "CREATE INDEX projects_by_organisation ON projects (organisation_id)",
      // The number counts the tasks of an organisation: it names a task for people, orders lists, and is their cursor.
      `CREATE TABLE tasks (${id}, ${inOrganisation}, project_id ${parent("projects")}, number BIGINT NOT NULL, title TEXT NOT NULL,
        status TEXT NOT NULL, assignee_id TEXT, created_at TEXT NOT NULL, UNIQUE (organisation_id, number))`,
      "CREATE INDEX tasks_by_project ON tasks (project_id, number)",
      `CREATE TABLE comments (${id}, ${inOrganisation}, task_id ${parent("tasks")}, author_id TEXT NOT NULL, text TEXT NOT NULL,
        created_at TEXT NOT NULL)`,
      "CREATE INDEX comments_by_task ON comments (task_id)",
      `CREATE TABLE attachments (${id}, ${inOrganisation}, task_id ${parent("tasks")}, name TEXT NOT NULL, type TEXT NOT NULL,
        size BIGINT, created_at TEXT NOT NULL)`,
      "CREATE INDEX attachments_by_task ON attachments (task_id)",
      "CREATE INDEX attachments_unfinished ON attachments (created_at) WHERE size IS NULL",
      `CREATE TABLE pieces (${inOrganisation}, attachment_id ${parent("attachments")}, start BIGINT NOT NULL, bytes BYTEA NOT NULL,
        PRIMARY KEY (attachment_id, start))`,
      `CREATE TABLE events (${inOrganisation}, number BIGINT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL,
        actor TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (organisation_id, number))`,
      `CREATE TABLE webhooks (${id}, ${inOrganisation}, url TEXT NOT NULL, created_at TEXT NOT NULL)`,
      `CREATE TABLE deliveries (${inOrganisation}, webhook_id ${parent("webhooks")}, url TEXT NOT NULL, number BIGINT NOT NULL,
        type TEXT NOT NULL, subject TEXT NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL, attempts BIGINT NOT NULL,
        outcome TEXT NOT NULL, next_at TEXT, PRIMARY KEY (webhook_id, number))`,
      "CREATE INDEX deliveries_due ON deliveries (next_at)",
    ].map(sql),
  ],
};

/** The tables whose rows belong to an organisation. */
export const insideTables = "members invitations projects tasks comments attachments pieces events webhooks deliveries".split(" ");
