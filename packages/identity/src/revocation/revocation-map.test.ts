import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Revocation } from "./revocation-log.ts";
import { RevocationMap } from "./revocation-map.ts";

const minute = 60_000;
const noon = Date.UTC(2026, 0, 1, 12);

function entry(seq: number, key: string, expiresAt: number): Revocation {
  return { seq, kind: "session", key, at: noon, expiresAt };
}

describe("RevocationMap", () => {
  test("returns the latest position and second that concerns a token", () => {
    const map = new RevocationMap();
    map.add({ seq: 7, kind: "session", key: "s", at: noon, expiresAt: noon + minute }, noon);
    map.add({ seq: 5, kind: "subject", key: "alice", at: noon + 5999, expiresAt: noon + minute }, noon);
    const keys = { sub: "alice", sid: "s" };
    assert.equal(map.latest("seq", keys), 7);
    assert.equal(map.latest("atSeconds", keys), noon / 1000 + 5);
    assert.equal(map.latest("seq", { sub: "bob" }), -1);
  });

  test("never takes a key of one kind for a key of another", () => {
    const map = new RevocationMap();
    for (const kind of ["client", "session", "api_key", "jti", "signing_key"] as const) {
      map.add({ ...entry(1, "x", noon + minute), kind }, noon);
    }
    assert.equal(map.latest("seq", { sub: "x" }), -1);
    // The positive control.
    map.add({ ...entry(2, "x", noon + minute), kind: "subject" }, noon);
    assert.equal(map.latest("seq", { sub: "x" }), 2);
  });

  test("keeps the latest position whatever the order", () => {
    const map = new RevocationMap();
    map.add(entry(9, "s", noon + minute), noon);
    map.add(entry(3, "s", noon + minute), noon);
    assert.equal(map.latest("seq", { sub: "", sid: "s" }), 9);
    assert.equal(map.size, 1);
  });

  test("accepts keys that are names of object members", () => {
    const map = new RevocationMap();
    for (const key of ["__proto__", "constructor", "toString"]) {
      assert.equal(map.latest("seq", { sub: key, sid: key, jti: key, client_id: key }), -1);
      map.add(entry(1, key, noon + minute), noon);
      assert.equal(map.latest("seq", { sub: "", sid: key }), 1);
    }
  });

  test("forgets an entry after its minute, and not before (M-04)", () => {
    const map = new RevocationMap();
    map.add(entry(1, "s", noon + 30_000), noon);
    map.forget(noon + 59_999, 10);
    assert.equal(map.size, 1);
    map.forget(noon + minute, 10);
    assert.equal(map.size, 0);
    assert.equal(map.latest("seq", { sub: "", sid: "s" }), -1);
  });

  test("keeps an entry for its whole life after it was read, whatever time it was by the wall clock (D-25)", () => {
    const map = new RevocationMap();
    const readAt = 5 * minute;
    map.add({ seq: 1, kind: "session", key: "s", at: noon - 86_400_000, expiresAt: noon - 86_400_000 + 10 * minute }, readAt);
    map.forget(readAt + 10 * minute, 10);
    assert.equal(map.latest("seq", { sub: "", sid: "s" }), 1);
    map.forget(readAt + 11 * minute, 10);
    assert.equal(map.size, 0);
  });

  test("keeps a key that was revoked again until both entries have expired, also if the later one expires first", () => {
    for (const ends of [
      [1, 9],
      [9, 1],
    ]) {
      const map = new RevocationMap();
      for (const [index, end] of ends.entries()) map.add(entry(index + 1, "s", noon + end * minute), noon);
      map.forget(noon + 5 * minute, 10);
      assert.equal(map.latest("seq", { sub: "", sid: "s" }), 2);
      map.forget(noon + 10 * minute, 10);
      assert.equal(map.size, 0);
    }
  });

  test("has the recent revocations only, however many there were before (M-04)", () => {
    const map = new RevocationMap();
    let most = 0;
    for (let seq = 1; seq <= 300_000; seq += 1) {
      const now = noon + seq * 10;
      map.add(entry(seq, `session ${seq}`, noon + 15 * minute), now);
      map.forget(now);
      most = Math.max(most, map.size);
    }
    // 15 minutes at 100 a second are 90,000, and the minute that is being forgotten.
    assert.ok(most <= 102_000, String(most));
    assert.ok(most >= 90_000, String(most));
  });

  test("forgets at most the given number of keys at once", () => {
    const map = new RevocationMap();
    for (let seq = 1; seq <= 100; seq += 1) map.add(entry(seq, `session ${seq}`, noon), noon);
    map.forget(noon + minute, 30);
    assert.equal(map.size, 70);
    map.forget(noon + minute, 100);
    assert.equal(map.size, 0);
  });

  test("a key that is revoked over and over takes the memory of one", () => {
    const map = new RevocationMap();
    for (let seq = 1; seq <= 1000; seq += 1) map.add(entry(seq, "s", noon + seq), noon);
    assert.equal(map.size, 1);
    map.forget(noon + minute, 1);
    assert.equal(map.size, 0);
  });
});
