import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { RevocationCopy } from "./revocation-copy.ts";
import { foreignKey, type Revocation } from "./revocation-log.ts";
import { tokenClaims } from "./token-claims.fixture.ts";

const own = "https://as.test";
const other = "https://other.test";
const expiresAt = Date.UTC(2100, 0, 1);

function copyWith(...entries: readonly Omit<Revocation, "expiresAt">[]): RevocationCopy {
  const copy = new RevocationCopy({ issuer: own, foreignIssuers: [other] });
  for (const entry of entries) copy.add({ ...entry, expiresAt }, 0);
  copy.position = Math.max(0, ...entries.map(({ seq }) => seq));
  return copy;
}

describe("RevocationCopy of own tokens", () => {
  const claims = tokenClaims({ sub: "alice", client_id: "notes", sid: "s1", jti: "t1", rev: 4 });
  const matrix = [
    ["all", ""],
    ["client", "notes"],
    ["subject", "alice"],
    ["session", "s1"],
    ["jti", "t1"],
  ] as const;

  for (const [kind, key] of matrix) {
    test(`an entry for ${kind} after the token revokes it; one before it, or for another, does not (M-01)`, () => {
      const at = 0;
      assert.equal(copyWith({ seq: 5, kind, key, at }).isRevoked(claims), true);
      assert.equal(copyWith({ seq: 4, kind, key, at }).isRevoked(claims), false);
      assert.equal(copyWith({ seq: 5, kind, key: "another", at }).isRevoked(claims), false);
    });
  }

  test("a client's own token is revoked with the client, and with its subject", () => {
    const claims = tokenClaims({ sub: "batch", client_id: "batch", rev: 1 });
    assert.equal(copyWith({ seq: 2, kind: "client", key: "batch", at: 0 }).isRevoked(claims), true);
    assert.equal(copyWith({ seq: 2, kind: "subject", key: "batch", at: 0 }).isRevoked(claims), true);
    assert.equal(copyWith({ seq: 2, kind: "subject", key: "another", at: 0 }).isRevoked(claims), false);
  });

  test("a token of ours without a sound rev is refused, never judged by its time", () => {
    for (const rev of [undefined, null, "0", -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, [], {}]) {
      assert.equal(copyWith().isRevoked(tokenClaims({ rev })), true, inspect(rev));
    }
    assert.equal(copyWith().isRevoked(tokenClaims({ rev: 0 })), false);
  });

  test("knows that it is behind a token, and only of ours", () => {
    const copy = copyWith({ seq: 5, kind: "all", key: "", at: 0 });
    assert.equal(copy.isBehind(tokenClaims({ rev: 6 })), true);
    assert.equal(copy.isBehind(tokenClaims({ rev: 5 })), false);
    assert.equal(copy.isBehind(tokenClaims({ iss: other, rev: 6 })), false);
  });
});

describe("RevocationCopy of foreign tokens", () => {
  const second = 1_767_225_600;
  const cutover = { seq: 1, kind: "subject", key: foreignKey(other, "alice"), at: second * 1000 } as const;
  const issuedAt = (iat: number): ReturnType<typeof tokenClaims> => tokenClaims({ iss: other, iat, rev: undefined });

  test("with everything until second s revoked, s − 1 and s are denied and s + 1 is allowed (M-05)", () => {
    for (const at of [second * 1000, second * 1000 + 1, second * 1000 + 999]) {
      const copy = copyWith({ ...cutover, at });
      assert.deepEqual(
        [second - 1, second, second + 1].map((iat) => copy.isRevoked(issuedAt(iat))),
        [true, true, false],
      );
    }
  });

  test("a time with a fraction counts as its second (M-05)", () => {
    const copy = copyWith(cutover);
    assert.equal(copy.isRevoked(issuedAt(second + 0.9)), true);
    assert.equal(copyWith({ ...cutover, at: second * 1000 + 500 }).isRevoked(issuedAt(second + 0.2)), true);
    assert.equal(copy.isRevoked(issuedAt(second + 1)), false);
  });

  test("a foreign token of the year 1970 is not revoked if nothing is", () => {
    assert.equal(copyWith().isRevoked(issuedAt(0)), false);
  });

  test("a rev that a foreign token happens to carry decides nothing", () => {
    const copy = copyWith(cutover);
    assert.equal(copy.isRevoked(tokenClaims({ iss: other, iat: second, rev: 99 })), true);
    assert.equal(copy.isRevoked(tokenClaims({ iss: other, iat: second + 1, rev: 0 })), false);
  });

  test("a subject that is revoked for one issuer is not revoked for another", () => {
    const ours = copyWith({ seq: 1, kind: "subject", key: "alice", at: second * 1000 });
    assert.equal(ours.isRevoked(issuedAt(second)), false);
    assert.equal(ours.isRevoked(tokenClaims()), true);
    const theirs = copyWith(cutover);
    assert.equal(theirs.isRevoked(issuedAt(second)), true);
    assert.equal(theirs.isRevoked(tokenClaims()), false);
  });

  test("an entry for everything revokes their tokens too", () => {
    const copy = copyWith({ seq: 1, kind: "all", key: "", at: second * 1000 });
    assert.deepEqual([copy.isRevoked(issuedAt(second)), copy.isRevoked(issuedAt(second + 1))], [true, false]);
  });

  test("a token of an unknown issuer is refused", () => {
    assert.equal(copyWith().isRevoked(tokenClaims({ iss: "https://unknown.test" })), true);
  });
});
