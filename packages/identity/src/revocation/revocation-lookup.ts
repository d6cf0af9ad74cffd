/** Looks one token up in the database's log: a few index look-ups in one statement. */
import type { Claims } from "lockstep/jwt";
import { numberOf } from "../store/row.ts";
import { first, sql, type Statement, type Work } from "../store/statement.ts";
import { positionOf, type TokenIssuers } from "./revocation-copy.ts";
import { foreignKey, isLater, positionColumn, type RevocationKind } from "./revocation-log.ts";

/** The kinds that concern tokens, with the parameter for the key. */
const keys: Readonly<Partial<Record<RevocationKind, string>>> = {
  all: "''",
  client: ":client",
  subject: ":subject",
  session: ":session",
  jti: ":jti",
};

// Somebody who has the key can write any position into a token.
const byKey = "EXISTS (SELECT 1 FROM identity_revocations WHERE kind = 'signing_key' AND key = :kid)";
const byTime = "at >= :since";
const afterPosition = lookup(isLater(":since"), [byKey]);
const sinceTime = lookup(
  byTime,
  [":name", ":otherName"].map((name) => exists("subject", name, byTime)),
);

/** What else may be revoked. */
export interface TokenAbout {
  /** The key that signed a token of our own issuer: `kid` of its header. */
  readonly kid?: string | undefined;
  /** Further names of the subject of another issuer's token, at most two. */
  readonly names?: readonly string[];
}

/** Whether a token was revoked, or the key that signed it, or one of the names of its subject. */
export function* findRevocation(
  claims: Claims,
  { issuer, foreignIssuers }: TokenIssuers,
  { kid, names = [] }: TokenAbout = {},
): Work<boolean> {
  const isOwn = claims.iss === issuer;
  const since = isOwn ? positionOf(claims) : Math.floor(claims.iat) * 1000;
  if (since === undefined || (!isOwn && !foreignIssuers.includes(claims.iss))) return true;
  const keyOf = (key: string | undefined): string | null => (key === undefined ? null : isOwn ? key : foreignKey(claims.iss, key));
  const row = yield* first(isOwn ? afterPosition : sinceTime, {
    since,
    client: keyOf(claims.client_id),
    subject: keyOf(claims.sub),
    session: keyOf(claims.sid),
    jti: keyOf(claims.jti),
    ...(isOwn ? { kid: kid ?? null } : { name: names[0] ?? null, otherName: names[1] ?? null }),
  });
  if (row === undefined) throw new TypeError("A statement that selects one row returned none");
  // The log does not have this position: the token was issued before an older copy of the database was restored.
  return numberOf(row, "revoked") !== 0 || (isOwn && numberOf(row, "position") < since);
}

/** Each kind is looked up separately: for one condition with OR the database might read the whole table. */
function lookup(condition: string, others: readonly string[]): Statement {
  const found = [...Object.entries(keys).map(([kind, key]) => exists(kind, key, condition)), ...others];
  return sql(`SELECT CASE WHEN ${found.join(" OR ")} THEN 1 ELSE 0 END AS revoked, ${positionColumn}`);
}

function exists(kind: string, key: string, condition: string): string {
  return `EXISTS (SELECT 1 FROM identity_revocations WHERE kind = '${kind}' AND key = ${key} AND ${condition})`;
}
