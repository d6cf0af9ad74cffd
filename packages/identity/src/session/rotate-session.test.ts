import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOfSecret, newSecret } from "../secret/opaque-token.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { findSecretHash, findSession, swapSecretHash } from "./session-store.ts";
import { openSessions, secretOf } from "./session.fixture.ts";

describeOnEach("Sessions.rotate()", (database) => {
  test("rotations at the same time as an end leave no secret (S-21)", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const begun = await desk.begin(await desk.addAccount());
    const rotations = Array.from({ length: 20 }, () => desk.sessions.rotate(begun.id));
    const [secrets] = await Promise.all([Promise.all(rotations), desk.sessions.end({ id: begun.id }, "signed_out")]);
    for (const secret of [secretOf(begun), ...secrets]) {
      if (secret !== undefined) assert.equal(await desk.sessions.find(secret), undefined);
    }
    assert.equal(await desk.sessions.rotate(begun.id), undefined);
  });

  test("rotating replaces a session's secret, keeps everything else, and refuses the old secret at once (S-03)", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const begun = await desk.begin(await desk.addAccount());
    const before = await db.run(findSession(begun.id));
    const secret = await desk.sessions.rotate(begun.id, { requestId: "r" });
    assert.ok(secret && secret.reveal() !== secretOf(begun).reveal());
    assert.equal(await desk.sessions.find(secretOf(begun)), undefined);
    assert.equal((await desk.sessions.find(secret))?.id, begun.id);
    assert.deepEqual(await db.run(findSession(begun.id)), before);
    const event = desk.events.find(({ type }) => type === "session.rotated");
    assert.equal(event?.requestId, "r");
  });

  test("50 swaps of one secret have one winner", async (t) => {
    const db = await database.open(t);
    const desk = openSessions(t, db);
    const { id } = await desk.begin(await desk.addAccount());
    const current = await db.run(findSecretHash(id, desk.clock.now));
    assert.ok(current);
    const tries = Array.from({ length: 50 }, () => hashOfSecret(newSecret()));
    const swaps = await Promise.all(tries.map((next) => db.run(swapSecretHash(id, { current, next, now: desk.clock.now }))));
    assert.equal(swaps.filter((won) => won !== undefined).length, 1);
    assert.equal(await db.run(findSecretHash(id, desk.clock.now)), tries[swaps.findIndex((won) => won !== undefined)]);
  });

  test("after 50 rotations at the same time, exactly one secret is accepted", async (t) => {
    const desk = openSessions(t, await database.open(t));
    const begun = await desk.begin(await desk.addAccount());
    const secrets = await Promise.all(Array.from({ length: 50 }, () => desk.sessions.rotate(begun.id)));
    const found = await Promise.all(
      [secretOf(begun), ...secrets].map(async (secret) => secret && (await desk.sessions.find(secret))),
    );
    assert.equal(found.filter((each) => each !== undefined).length, 1);
    assert.equal(found[0], undefined);
  });
});
