/** The parts of identity that the burst needs, from the sources of one version. */
import { pathToFileURL } from "node:url";
import type { Auditor } from "../../packages/identity/src/audit/auditor.ts";
import type { withOwnRevocations } from "../../packages/identity/src/revocation/own-revocations.ts";
import type { RevocationFeed } from "../../packages/identity/src/revocation/revocation-feed.ts";
import type { revoke } from "../../packages/identity/src/revocation/revocation-log.ts";
import type { Sessions } from "../../packages/identity/src/session/sessions.ts";
import type { migrate } from "../../packages/identity/src/store/migration.ts";
import type { openPostgres } from "../../packages/identity/src/store/postgres/index.ts";
import type { identitySchema } from "../../packages/identity/src/store/schema.ts";

/** The issuer of the tokens. */
export const issuer = "https://as.bench";

/** The classes and functions of a version. */
export interface Version {
  readonly Auditor: typeof Auditor;
  readonly identitySchema: typeof identitySchema;
  readonly migrate: typeof migrate;
  readonly openPostgres: typeof openPostgres;
  readonly RevocationFeed: typeof RevocationFeed;
  readonly revoke: typeof revoke;
  readonly Sessions: typeof Sessions;
  readonly withOwnRevocations: typeof withOwnRevocations;
}

const files = [
  "audit/auditor.ts",
  "revocation/own-revocations.ts",
  "revocation/revocation-feed.ts",
  "revocation/revocation-log.ts",
  "session/sessions.ts",
  "store/migration.ts",
  "store/postgres/index.ts",
  "store/schema.ts",
];

/** Loads a version from the folder of a checkout. */
export async function load(root: string): Promise<Version> {
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(`${root}/packages/identity/src/${file}`).href)));
  // The files export these names, in every version that can be measured.
  return Object.assign({}, ...modules) as Version;
}
