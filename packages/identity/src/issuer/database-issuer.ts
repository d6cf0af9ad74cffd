/**
 * The issuer that a database belongs to. Processes on one database that have different issuers would refuse each other's tokens
 * without a word, so the first start writes its issuer into the database, and a start with another one is refused.
 */
import type { Auditor } from "../audit/auditor.ts";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { lastTokenOver, revoke, type TokenLifetime } from "../revocation/revocation-log.ts";
import type { Database } from "../store/database.ts";
import { numberOf, textOf } from "../store/row.ts";
import { all, first, sql, type Work } from "../store/statement.ts";

/** The issuer of a database. */
export interface DatabaseIssuer {
  /** `iss` of the tokens. */
  readonly url: string;
  /** When the database got this issuer. Milliseconds since 1970. */
  readonly since: number;
}

/** The option `issuer` is not the issuer of the database. */
export class WrongIssuer extends WrongIdentityOption {
  /** The issuer that the database belongs to. */
  readonly issuer: string;

  constructor(issuer: string, given: string) {
    super(
      `Set \`issuer\` to ${issuer}: the database belongs to it. To move the database to ${given}, stop the service and run ` +
        `\`lockstep-identity issuer move ${given}\`, which revokes everything`,
    );
    this.issuer = issuer;
  }
}

const claim = sql(`
  INSERT INTO identity_issuer (name, url, since) VALUES ('issuer', :url, :now)
  ON CONFLICT (name) DO NOTHING`);
const find = sql("SELECT url, since FROM identity_issuer WHERE name = 'issuer'");
const move = sql("UPDATE identity_issuer SET url = :url, since = :now WHERE name = 'issuer' AND url <> :url RETURNING url");

/** Finds the issuer of a database; `undefined` before the first start. */
export function* findIssuer(): Work<DatabaseIssuer | undefined> {
  const row = yield* first(find);
  return row && { url: textOf(row, "url"), since: numberOf(row, "since") };
}

/** The settings that `claimIssuer()` needs. */
export interface IssuerSettings {
  readonly database: Database;
  readonly issuer: string;
  readonly clock: () => number;
}

/**
 * Writes the issuer into a database that has none yet. If many processes start at once, one of them writes it.
 *
 * @throws WrongIssuer if the database belongs to another issuer
 * @throws Unavailable while the database is away
 */
export async function claimIssuer({ database, issuer, clock }: IssuerSettings): Promise<void> {
  // Both statements run by themselves: on PostgreSQL the second sees the row of the process that was first.
  await database.run(all(claim, { url: issuer, now: clock() }));
  const found = await database.run(findIssuer());
  if (found !== undefined && found.url !== issuer) throw new WrongIssuer(found.url, issuer);
}

/** The settings that `moveIssuer()` needs. */
export interface MoveSettings extends TokenLifetime {
  readonly database: Database;
  readonly audit: Auditor;
  readonly clock: () => number;
}

/**
 * Moves a database to another issuer, and revokes every access token, because each names the issuer before. Returns `false` if
 * the database belongs to the issuer already, or to none.
 *
 * @param by the operator, for the audit event
 * @throws Unavailable while the database is away
 */
export async function moveIssuer(url: string, settings: MoveSettings, by?: string): Promise<boolean> {
  const { audit, clock, database } = settings;
  return audit.recorded(database, {}, function* (record) {
    const now = clock();
    if ((yield* first(move, { url, now })) === undefined) return false;
    yield* revoke({ kind: "all", key: "", at: now, expiresAt: lastTokenOver(settings, now) });
    yield* record({ type: "issuer.moved", issuer: url, ...(by === undefined ? {} : { by }) });
    return true;
  });
}
