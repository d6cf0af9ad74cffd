import assert from "node:assert/strict";
import { test } from "node:test";
import { describeOnEach } from "../store/database.fixture.ts";
import {
  compromiseSigningKey,
  extendSigningKey,
  insertSigningKey,
  listSigningKeys,
  resealSigningKey,
  type SigningKeyRecord,
} from "./signing-key-store.ts";

const key: SigningKeyRecord = {
  kid: "k1",
  publicJwk: { kty: "EC", alg: "ES256", kid: "k1", crv: "P-256", x: "x", y: "y", use: "sig" },
  sealed: "1.aaaa.bbbb",
  createdAt: 1,
  signsFrom: 2,
  signsUntil: 30,
  publishedUntil: 40,
  compromisedAt: undefined,
};

describeOnEach("the rows of signing keys", (database) => {
  test("are read as they were written, the oldest first", async (t) => {
    const db = await database.open(t);
    const later = { ...key, kid: "k0", publicJwk: { ...key.publicJwk, kid: "k0" }, signsFrom: 3 };
    for (const each of [later, key]) await db.run(insertSigningKey(each));
    assert.deepEqual(await db.run(listSigningKeys()), [key, later]);
  });

  test("can be extended, but not shortened, and not if they are compromised", async (t) => {
    const db = await database.open(t);
    await db.run(insertSigningKey(key));
    await db.run(extendSigningKey("k1", { signsUntil: 29, publishedUntil: 39 }));
    assert.deepEqual(await db.run(listSigningKeys()), [key]);
    await db.run(extendSigningKey("k1", { signsUntil: 31, publishedUntil: 41 }));
    const extended = { ...key, signsUntil: 31, publishedUntil: 41 };
    assert.deepEqual(await db.run(listSigningKeys()), [extended]);
    assert.equal(await db.run(compromiseSigningKey("k1", 7)), true);
    assert.equal(await db.run(compromiseSigningKey("k1", 8)), false);
    await db.run(extendSigningKey("k1", { signsUntil: 50, publishedUntil: 60 }));
    assert.deepEqual(await db.run(listSigningKeys()), [{ ...extended, compromisedAt: 7 }]);
  });

  test("are sealed again by the first of fifty calls", async (t) => {
    const db = await database.open(t);
    await db.run(insertSigningKey(key));
    const races = Array.from({ length: 50 }, (_, index) => db.run(resealSigningKey("k1", key.sealed, `1.cccc.${index}`)));
    const won = (await Promise.all(races)).flatMap((isFirst, index) => (isFirst ? [index] : []));
    assert.equal(won.length, 1);
    assert.equal((await db.run(listSigningKeys()))[0]?.sealed, `1.cccc.${won[0]}`);
  });
});
