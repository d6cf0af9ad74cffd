/** Asks the database's log about one token: a few look-ups in an index, in one statement. */
import type { Claims } from "lockstep/jwt";
import { numberOf } from "../store/row.ts";
import { first, sql, type Statement, type Work } from "../store/statement.ts";
import { positionOf, type TokenIssuers } from "./revocation-copy.ts";
import { foreignKey, positionColumn, type RevocationKind } from "./revocation-log.ts";

/** The kinds that concern tokens, with the parameter that holds the key. */
const keys: Readonly<Partial<Record<RevocationKind, string>>> = {
  all: "''",
  client: ":client",
  subject: ":subject",
  session: ":session",
  jti: ":jti",
};

const afterPosition = lookup("seq > :since");
const sinceTime = lookup("at >= :since");

/** Whether a token was revoked. */
export function* findRevocation(claims: Claims, { issuer, foreignIssuers }: TokenIssuers): Work<boolean> {
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
  });
  if (row === undefined) throw new TypeError("A statement that selects one row gave none");
  // A position that the log does not have: the token is from before an older copy of the database was restored.
  return numberOf(row, "revoked") !== 0 || (isOwn && numberOf(row, "position") < since);
}

/** Each kind is looked up by itself: one condition with OR may be answered by reading the table. */
function lookup(condition: string): Statement {
  const found = Object.entries(keys).map(
    ([kind, key]) => `EXISTS (SELECT 1 FROM identity_revocations WHERE kind = '${kind}' AND key = ${key} AND ${condition})`,
  );
  return sql(`SELECT CASE WHEN ${found.join(" OR ")} THEN 1 ELSE 0 END AS revoked, ${positionColumn}`);
}
