/** Key rotation, as verifiers see it (M-06, M-07). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { type Redacted, Unavailable } from "lockstep";
import { eventually } from "../revocation/node-process.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { Database } from "../store/database.ts";
import { AccessTokens } from "./access-tokens.ts";
import { issue, type Node, part, refusal, startNode } from "./issuer.fixture.ts";
import { listSigningKeys } from "./signing-key-store.ts";

const audience = "https://api.test";

/** An API elsewhere that verifies with jose. It caches the key set and fetches it again only when the cache is too old. */
class RelyingParty {
  readonly #cacheSeconds: number;
  readonly #node: Node;
  #set: ReturnType<typeof createLocalJWKSet> | undefined;
  #fetchedAt = 0;

  constructor(node: Node, cacheSeconds: number) {
    this.#node = node;
    this.#cacheSeconds = cacheSeconds;
  }

  async accepts(token: Redacted<string>): Promise<boolean> {
    const { clock, tokens } = this.#node;
    if (this.#set === undefined || clock.now - this.#fetchedAt >= this.#cacheSeconds * 1000) {
      // Every JWK that we publish is also a JWK for jose.
      this.#set = createLocalJWKSet((await tokens.jwks()) as JSONWebKeySet);
      this.#fetchedAt = clock.now;
    }
    const currentDate = new Date(clock.now);
    return jwtVerify(token.reveal(), this.#set, { issuer: "https://as.test", audience, typ: "at+jwt", currentDate }).then(
      () => true,
      () => false,
    );
  }
}

/** Wraps a database so that it can be cut off. */
function cuttable(database: Database): { readonly database: Database; cut(): void; heal(): void } {
  let isCut = false;
  const through = <T>(ask: () => Promise<T>): Promise<T> => (isCut ? Promise.reject(new Unavailable("cut")) : ask());
  return {
    database: {
      kind: database.kind,
      run: (work) => through(() => database.run(work)),
      transaction: (work) => through(() => database.transaction(work)),
      listen: (channel, listener) => database.listen(channel, listener),
      close: async () => {},
    },
    cut: () => {
      isCut = true;
    },
    heal: () => {
      isCut = false;
    },
  };
}

describeOnEach("rotation", (database) => {
  test("no token is refused anywhere while keys rotate under load, even by verifiers that cache a key set for ten minutes (M-06)", async (t) => {
    const db = await database.open(t);
    const first = await startNode(t, db);
    const lifetimes = { ...first.settings.lifetimes, signingKeySeconds: 3600 };
    const shared = { keys: first.settings.keys, lifetimes };
    const nodes = [await startNode(t, db, shared), await startNode(t, db, shared)];
    const [one, two] = nodes as [Node, Node];
    const parties = [
      new RelyingParty(one, 300),
      new RelyingParty(two, 300),
      new RelyingParty(one, 600),
      new RelyingParty(two, 600),
    ];
    const held: { readonly token: Redacted<string>; readonly until: number }[] = [];
    const kids = new Set<unknown>();
    const stepSeconds = 97;
    let refused = 0;
    const check = async (token: Redacted<string>): Promise<void> => {
      for (const party of parties) if (!(await party.accepts(token))) refused += 1;
      for (const { tokens } of nodes) assert.equal((await tokens.verify(token)).sub, "alice");
    };
    // The first key was created to sign for a month. The nodes' shorter periods apply from the next key on.
    for (const { clock } of [first, ...nodes]) clock.advance(30 * 86_400 - 4000);
    for (let step = 0; step < 200; step += 1) {
      const fresh = await Promise.all([issue(one), issue(two), issue(one)]);
      for (const token of fresh) {
        kids.add(part(token, 0)["kid"]);
        held.push({ token, until: one.clock.now + 600_000 });
        await check(token);
      }
      // Check each token once more just before it expires.
      while (held[0] !== undefined && held[0].until <= one.clock.now + stepSeconds * 1000) {
        const last = held.shift();
        if (last !== undefined) await check(last.token);
      }
      for (const { clock } of nodes) clock.advance(stepSeconds);
    }
    assert.equal(refused, 0);
    assert.ok(kids.size >= 5, `${kids.size} keys have signed tokens`);
    assert.ok((await one.tokens.jwks()).keys.length <= 3, "old keys are gone");
  });

  test("tokens of a compromised key are refused on every node, although they are cached and have not expired, and new ones are accepted (M-07)", async (t) => {
    const db = await database.open(t);
    const here = await startNode(t, db);
    const there = await startNode(t, db, { keys: here.settings.keys });
    const nodes = [here, there];
    const token = await issue(here);
    for (const { tokens } of nodes) await tokens.verify(token);
    for (const { tokens } of nodes) assert.ok(!(tokens.verify(token) instanceof Promise), "it is cached");
    const kid = String(part(token, 0)["kid"]);
    assert.equal(await here.tokens.retireCompromised(kid), true);
    assert.equal(await refusal(here.tokens, token), "unknown key");
    const isRefused = async () => {
      try {
        await there.tokens.verify(token);
        return false;
      } catch {
        return true;
      }
    };
    await eventually(isRefused, 30_000, "the other node refuses it");
    assert.equal(await refusal(there.tokens, token), "unknown key");
    for (const { tokens } of nodes) assert.ok(!(await tokens.jwks()).keys.some((key) => key.kid === kid));
    for (const signer of nodes) {
      const next = await issue(signer);
      assert.notEqual(part(next, 0)["kid"], kid);
      for (const { tokens } of nodes) assert.equal((await tokens.verify(next)).sub, "alice");
    }
  });

  test("a node that cannot read the remaining keys accepts no token until it can (M-07)", async (t) => {
    const db = await database.open(t);
    const here = await startNode(t, db);
    const lines = cuttable(db);
    let tell: (kid: string) => void = () => {};
    const feed = {
      isRevoked: () => false,
      isRevokedInDatabase: async () => false,
      onSigningKey: (listener: typeof tell) => void (tell = listener),
    };
    const tokens = await AccessTokens.open({ ...here.settings, database: lines.database }, feed);
    const [old, kid] = [await issue(here), (await here.tokens.signingKeys.current()).kid];
    await tokens.verify(old);
    await here.tokens.retireCompromised(kid);
    assert.equal((await tokens.verify(old)).sub, "alice", "it has heard nothing");
    const fresh = await issue(here);
    lines.cut();
    tell(kid);
    for (const token of [old, fresh]) await assert.rejects(async () => tokens.verify(token), Unavailable);
    await assert.rejects(tokens.issue({ sub: "a", subType: "user", clientId: "c", scope: "", position: 0 }), Unavailable);
    lines.heal();
    assert.equal((await tokens.verify(fresh)).sub, "alice");
    assert.equal(await refusal(tokens, old), "unknown key");
  });

  test("a node that starts after a key was retired never accepts it, and signs with another (M-07)", async (t) => {
    const db = await database.open(t);
    const here = await startNode(t, db);
    const token = await issue(here);
    await here.tokens.retireCompromised(String(part(token, 0)["kid"]));
    const there = await startNode(t, db, { keys: here.settings.keys });
    assert.equal(await refusal(there.tokens, token), "unknown key");
    assert.equal((await there.tokens.verify(await issue(here))).sub, "alice");
    assert.equal((await db.run(listSigningKeys())).filter(({ compromisedAt }) => compromisedAt !== undefined).length, 1);
  });

  test("a node whose clock is set back an hour or forward a year still issues tokens that it verifies (D-25)", async (t) => {
    const node = await startNode(t, await database.open(t));
    for (const seconds of [0, -3600, 3600, 365 * 86_400, -3600, -364 * 86_400]) {
      node.clock.advance(seconds);
      const token = await issue(node);
      assert.equal((await node.tokens.verify(token)).sub, "alice");
      const { kid } = part(token, 0);
      assert.ok((await node.tokens.jwks()).keys.some((key) => key.kid === kid));
    }
  });
});
