import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { createLocalJWKSet, jwtVerify } from "jose";
import { InvalidCredential, type Redacted, Unavailable } from "lockstep";
import { generateSigningKey, jwtIssuer, type JwtIssuerOptions, signingKey } from "lockstep/jwt";
import { generateIdentityKey, identityKey } from "../secret/identity-key.ts";
import { RevocationFeed } from "../revocation/revocation-feed.ts";
import { revoke } from "../revocation/revocation-log.ts";
import { patientFeed, testSettings } from "../settings.fixture.ts";
import { describeOnEach, testDatabases } from "../store/database.fixture.ts";
import { recording } from "../store/recording.fixture.ts";
import { unseal } from "../secret/seal.ts";
import { AccessTokens } from "./access-tokens.ts";
import { issue, type Node, part, refusal, startNode, presented } from "./issuer.fixture.ts";
import { listSigningKeys } from "./signing-key-store.ts";

/** A token with any claims, signed with the current signing key. */
async function forged(
  node: Node,
  claims: Record<string, unknown>,
  more: Partial<JwtIssuerOptions> = {},
): Promise<Redacted<string>> {
  const { settings, clock } = node;
  const { issuer, audience, database, keys } = settings;
  const [row] = await database.run(listSigningKeys());
  assert.ok(row);
  const jwk = JSON.parse(unseal(row.sealed, { purpose: "signing-key-seal", record: row.kid }, keys).reveal());
  const key = signingKey(jwk);
  const by = jwtIssuer({ issuer, audience, key, lifetimeSeconds: 600, typ: "at+jwt", clock: clock.read, ...more });
  return presented(await by.issue({ sub: "alice", sub_type: "user", client_id: "web", ...claims }));
}

describeOnEach("access tokens", (database) => {
  test("are RFC 9068 JWTs with the position of the revocation log", async (t) => {
    const node = await startNode(t, await database.open(t));
    const { token, expiresInSeconds } = await node.tokens.issue({
      sub: "alice",
      subType: "user",
      clientId: "web",
      scope: "notes:read notes:write",
      sessionId: "s1",
      position: 7,
    });
    assert.equal(expiresInSeconds, 600);
    const { kid } = await node.tokens.signingKeys.current();
    assert.deepEqual(part(presented(token), 0), { alg: "ES256", typ: "at+jwt", kid });
    const { jti, ...claims } = part(presented(token), 1);
    const iat = node.clock.now / 1000;
    assert.deepEqual(claims, {
      iss: "https://as.test",
      aud: "https://api.test",
      sub: "alice",
      sub_type: "user",
      client_id: "web",
      scope: "notes:read notes:write",
      sid: "s1",
      rev: 7,
      iat,
      exp: iat + 600,
    });
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    const bare = part(await issue(node, { scope: "" }), 1);
    assert.ok(!("scope" in bare) && !("sid" in bare));
  });

  test("verify with jose alone, as any other verifier would do it", async (t) => {
    const node = await startNode(t, await database.open(t));
    const token = await issue(node);
    const set = createLocalJWKSet({ keys: (await node.tokens.jwks()).keys.map((key) => ({ ...key, key_ops: ["verify"] })) });
    const expected = {
      issuer: "https://as.test",
      audience: "https://api.test",
      typ: "at+jwt",
      currentDate: new Date(node.clock.now),
    };
    assert.equal((await jwtVerify(token.reveal(), set, expected)).payload.sub, "alice");
    await assert.rejects(jwtVerify(`${token.reveal().slice(0, -4)}AAAA`, set, expected), {
      code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    });
  });

  test("verify on every node until they expire, and synchronously if they were verified before", async (t) => {
    const db = await database.open(t);
    const here = await startNode(t, db);
    const there = await startNode(t, db, { keys: here.settings.keys });
    const token = await issue(here);
    const claims = await there.tokens.verify(token);
    assert.equal(claims.sub, "alice");
    assert.equal(there.tokens.verify(token), claims);
    assert.equal((await here.tokens.verify(token)).jti, claims.jti);
    there.clock.advance(604);
    assert.equal((await there.tokens.verify(token)).jti, claims.jti);
    there.clock.advance(1);
    assert.equal(await refusal(there.tokens, token), "expired");
  });

  test("verify on a node that has not heard of their key yet", async (t) => {
    const db = await database.open(t);
    const here = await startNode(t, db);
    const there = await startNode(t, db, { keys: here.settings.keys });
    await there.tokens.verify(await issue(here));
    const [first] = await db.run(listSigningKeys());
    for (const { clock } of [here, there]) clock.advance(31 * 86_400);
    const token = await issue(here);
    assert.notEqual(part(token, 0)["kid"], first?.kid);
    assert.equal((await there.tokens.verify(token)).sub, "alice");
  });

  test("are refused if the position is missing, negative, a fraction, a text or too big, and accepted with a correct one", async (t) => {
    const node = await startNode(t, await database.open(t));
    assert.equal((await node.tokens.verify(await forged(node, { rev: 0 }))).sub, "alice");
    for (const rev of [undefined, -1, 0.5, "0", null, true, [0], 2 ** 53]) {
      const token = await forged(node, { rev });
      assert.equal(await refusal(node.tokens, token), "no position in the revocation log", String(rev));
      assert.equal(await refusal({ verify: (each) => node.tokens.verifyFresh(each) }, token), "no position in the revocation log");
    }
  });

  test("are refused if sub_type is missing or contradicts sub, however sub looks (A-50)", async (t) => {
    const node = await startNode(t, await database.open(t));
    const good = await forged(node, { rev: 0, sub: "web", sub_type: "client" });
    assert.equal((await node.tokens.verify(good)).sub, "web");
    const wrong = [
      { sub_type: undefined },
      { sub_type: "admin" },
      { sub_type: "client" },
      { sub: "web", sub_type: "user" },
      { sub: "client:web", sub_type: "client" },
      { sub: "client:web", sub_type: undefined },
    ];
    for (const claims of wrong) {
      const token = await forged(node, { rev: 0, ...claims });
      const reason = "sub_type is missing or contradicts sub";
      assert.equal(await refusal(node.tokens, token), reason, JSON.stringify(claims));
      assert.equal(await refusal({ verify: (each) => node.tokens.verifyFresh(each) }, token), reason);
    }
  });

  test("are refused with a life of more than ten minutes, another audience, issuer or type, or another key", async (t) => {
    const node = await startNode(t, await database.open(t));
    const own = signingKey(await generateSigningKey("ES256"));
    const wrong = [
      await forged(node, { rev: 0 }, { lifetimeSeconds: 601 }),
      await forged(node, { rev: 0 }, { audience: "https://other.test" }),
      await forged(node, { rev: 0 }, { issuer: "https://other.test" }),
      await forged(node, { rev: 0 }, { typ: "JWT" }),
      await forged(node, { rev: 0 }, { key: own }),
    ];
    const reasons = await Promise.all(wrong.map((token) => refusal(node.tokens, token)));
    assert.deepEqual(reasons, [
      "the lifetime is too long (see the option maxLifetimeSeconds)",
      "another audience",
      "another issuer",
      "another type of token (see the option typ)",
      "unknown key",
    ]);
  });

  test("live at most ten minutes, whatever the settings say", async (t) => {
    const db = await database.open(t);
    const { lifetimes } = testSettings(db).settings;
    const node = await startNode(t, db, { lifetimes: { ...lifetimes, accessTokenSeconds: 3600 } });
    const { exp, iat } = part(await issue(node), 1) as { exp: number; iat: number };
    assert.equal(exp - iat, 600);
  });

  test("are refused once their session is revoked, even from the cache; a new one is accepted at once (M-01)", async (t) => {
    const db = await database.open(t);
    const node = await startNode(t, db);
    const token = await issue(node, { sessionId: "s1" });
    const other = await issue(node, { sessionId: "s2" });
    await Promise.all([node.tokens.verify(token), node.tokens.verify(other)]);
    await db.transaction(() => revoke({ kind: "session", key: "s1", at: node.clock.now, expiresAt: node.clock.now + 900_000 }));
    const again = await issue(node, { sessionId: "s1" });
    // Its position shows this node that it is behind. The node then reads the log, and refuses the older token.
    assert.equal((await node.tokens.verify(again)).sid, "s1");
    assert.equal(await refusal(node.tokens, token), "revoked");
    assert.equal((await node.tokens.verify(other)).sid, "s2");
  });

  test("verifyFresh() asks the database, so a node that has heard nothing refuses the token", async (t) => {
    const db = await database.open(t);
    const { settings, clock } = testSettings(db);
    // The feed of this node is cut off, and the node does not know it.
    const lookup = (await startNode(t, db, { keys: settings.keys })).feed;
    const deaf = { isRevoked: () => false, isRevokedInDatabase: lookup.isRevokedInDatabase.bind(lookup), onSigningKey: () => {} };
    const tokens = await AccessTokens.open(settings, deaf);
    const { token } = await tokens.issue({ sub: "alice", subType: "user", clientId: "web", scope: "", position: 0 });
    assert.equal((await tokens.verifyFresh(presented(token))).sub, "alice");
    await db.transaction(() => revoke({ kind: "subject", key: "alice", at: clock.now, expiresAt: clock.now + 900_000 }));
    assert.equal((await tokens.verify(presented(token))).sub, "alice");
    assert.equal(await refusal({ verify: (each) => tokens.verifyFresh(each) }, presented(token)), "revoked");
  });

  test("verifyFresh() refuses a compromised key's tokens on a node that has heard nothing (M-07)", async (t) => {
    const db = await database.open(t);
    const here = await startNode(t, db);
    const isRevokedInDatabase = here.feed.isRevokedInDatabase.bind(here.feed);
    const deaf = { isRevoked: () => false, isRevokedInDatabase, onSigningKey: () => {} };
    const tokens = await AccessTokens.open(here.settings, deaf);
    const token = await issue(here);
    assert.equal((await tokens.verifyFresh(token)).sub, "alice");
    await here.tokens.signingKeys.retireCompromised(String(part(token, 0)["kid"]));
    assert.equal((await tokens.verify(token)).sub, "alice");
    assert.equal(await refusal({ verify: (each) => tokens.verifyFresh(each) }, token), "revoked");
  });

  test("verifyFresh() asks the database in one statement, and keeps the keys that it has", async (t) => {
    const db = await database.open(t);
    const node = await startNode(t, db);
    const token = await issue(node);
    const { database: noted, texts: asked } = recording(db);
    const settings = { ...node.settings, database: noted };
    const feed = await RevocationFeed.open(settings, { ...patientFeed, pollMs: 1_000_000_000 });
    t.after(() => feed.close());
    const tokens = await AccessTokens.open(settings, feed);
    await tokens.verify(token);
    asked.length = 0;
    for (let count = 0; count < 3; count += 1) assert.equal((await tokens.verifyFresh(token)).sub, "alice");
    assert.equal(asked.length, 3);
    for (const text of asked) assert.match(text, /identity_revocations/);
    await assert.rejects(async () => tokens.verifyFresh(presented("a.b.c")), InvalidCredential);
    assert.equal(asked.length, 3, "a token that is refused in any case costs no statement");
  });

  test("a thousand issued at once are all valid, all different, and signed with the same key (D-22)", async (t) => {
    const node = await startNode(t, await database.open(t));
    const all = await Promise.all(
      Array.from({ length: 1000 }, () => node.tokens.issue({ sub: "a", subType: "user", clientId: "c", scope: "", position: 0 })),
    );
    const claims = await Promise.all(all.map(async ({ token }) => node.tokens.verify(presented(token))));
    assert.equal(new Set(claims.map(({ jti }) => jti)).size, 1000);
    assert.equal((await node.settings.database.run(listSigningKeys())).length, 1);
  });

  test("cannot be opened with another IDENTITY_KEY, and the error names it", async (t) => {
    const db = await database.open(t);
    const node = await startNode(t, db);
    const keys = { current: identityKey(generateIdentityKey()), previous: [] };
    await assert.rejects(AccessTokens.open({ ...node.settings, keys }, node.feed), { name: "SealBroken", message: /IDENTITY_KEY/ });
  });

  test("are neither issued nor opened while the database is away, and verified tokens stay verified", async (t) => {
    const db = await database.open(t);
    const node = await startNode(t, db);
    const token = await issue(node);
    await node.tokens.verify(token);
    await db.close();
    assert.equal((await node.tokens.verify(token)).sub, "alice");
    node.clock.advance(120);
    await assert.rejects(node.tokens.issue({ sub: "a", subType: "user", clientId: "c", scope: "", position: 0 }), Unavailable);
    await assert.rejects(node.tokens.jwks(), Unavailable);
    await assert.rejects(node.tokens.verifyFresh(token), Unavailable);
  });
});

describe("AccessTokens", () => {
  test("shows no private key when it is printed (M-08)", async (t) => {
    const [sqlite] = testDatabases;
    assert.ok(sqlite);
    const node = await startNode(t, await sqlite.open(t));
    await issue(node);
    const text = `${inspect(node.tokens, { depth: 20, showHidden: true })}${JSON.stringify(node.tokens)}`;
    assert.ok(!/["\s{]d["']?:/.test(text) && !text.includes("BEGIN"));
  });
});
