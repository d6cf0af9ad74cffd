import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Claims } from "lockstep/jwt";
import { describeOnEach } from "../store/database.fixture.ts";
import { all, sql } from "../store/statement.ts";
import { RevocationCopy } from "./revocation-copy.ts";
import { foreignKey, revocationPosition, revoke, type RevocationKind, toRevocation } from "./revocation-log.ts";
import { findRevocation } from "./revocation-lookup.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const issuers = { issuer: "https://as.test", foreignIssuers: ["https://other.test"] };
const expiresAt = Date.UTC(2100, 0, 1);
const kinds: readonly RevocationKind[] = ["all", "client", "subject", "session", "api_key", "jti", "signing_key"];
const readLog = sql("SELECT seq, kind, key, at, expires_at FROM identity_revocations ORDER BY seq");

const name = fc.constantFrom("a", "b", "c");
const seconds = fc.integer({ min: 0, max: 5 });
const entries = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    name,
    isForeign: fc.boolean(),
    at: fc.integer({ min: 0, max: 5000 }),
  }),
  { maxLength: 6 },
);
const token = fc.record({
  iss: fc.constantFrom("https://as.test", "https://other.test", "https://unknown.test"),
  sub: name,
  client_id: fc.option(name, { nil: undefined }),
  sid: fc.option(name, { nil: undefined }),
  jti: fc.option(name, { nil: undefined }),
  iat: fc.oneof(
    seconds,
    seconds.map((whole) => whole + 0.5),
  ),
  rev: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(undefined, -1, 0.5, "1")),
});

describeOnEach("findRevocation()", (database) => {
  test("agrees with a node's copy about every token", async (t) => {
    const db = await database.open(t);
    await fc.assert(
      fc.asyncProperty(entries, fc.array(token, { minLength: 1, maxLength: 10 }), async (wanted, tokens) => {
        for (const { kind, name, isForeign, at } of wanted) {
          const key = kind === "all" ? "" : isForeign ? foreignKey("https://other.test", name) : name;
          await db.transaction(() => revoke({ kind, key, at, expiresAt }));
        }
        const copy = new RevocationCopy(issuers);
        for (const row of await db.run(all(readLog))) copy.add(toRevocation(row), 0);
        copy.position = await db.run(revocationPosition());
        for (const each of tokens) {
          // Some around the end of the log, wherever that is by now.
          const rev = typeof each.rev === "number" && each.rev > 0 ? copy.position - 10 + Math.floor(each.rev / 2) : each.rev;
          // An absent claim is undefined.
          const claims = tokenClaims({ ...each, rev } as Partial<Claims>);
          const isRevoked = copy.isBehind(claims) || copy.isRevoked(claims);
          assert.equal(await db.run(findRevocation(claims, issuers)), isRevoked, JSON.stringify(claims));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("refuses a token whose position the log does not have", async (t) => {
    const db = await database.open(t);
    assert.equal(await db.run(findRevocation(tokenClaims({ rev: 1 }), issuers)), true);
    assert.equal(await db.run(findRevocation(tokenClaims({ rev: 0 }), issuers)), false);
  });

  test("an entry without a key revokes no token that has none", async (t) => {
    const db = await database.open(t);
    for (const kind of ["session", "jti", "client"] as const) {
      await db.transaction(() => revoke({ kind, key: "", at: 0, expiresAt }));
    }
    assert.equal(await db.run(findRevocation(tokenClaims({ rev: 0 }), issuers)), false);
  });
});
