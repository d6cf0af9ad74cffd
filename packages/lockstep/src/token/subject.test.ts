/** The subject of tokens without `sub`, and the ways in which one kind of subject could be taken for another. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { opens, passes, refused, wrong, type Over } from "./interop.fixture.ts";

describe("withoutSubject", () => {
  const options: Over = { withoutSubject: { claim: "common_name", prefix: "service:" } };

  test("names the subject of tokens without sub by another claim, and those with sub as ever", async () => {
    for (const sub of ["", undefined, null, []])
      assert.equal((await opens("withoutSubject", options, { sub, common_name: "ci.access" })).sub, "service:ci.access");
    assert.equal((await passes(options, { sub: "alice", common_name: "root" })).sub, "alice");
  });

  test("keeps the two kinds apart: no sub is taken for a service, and no service for a sub", async () => {
    assert.equal((await passes(options, { sub: "", common_name: "alice" })).sub, "service:alice");
    for (const sub of ["service:ci.access", "service:"])
      assert.equal(await refused(options, { sub }), "sub begins with the prefix of another kind of subject");
    assert.equal((await passes(options, { sub: "service" })).sub, "service");
  });

  test("refuses a token whose claim is missing, empty, or no printable line", async () => {
    for (const common_name of [undefined, "", null, 1, ["ci"], " ci", "c\u0000i", "\u202eci", "a".repeat(256), "a".repeat(250)])
      await refused(options, { sub: "", common_name });
    for (const sub of [1, {}, ["alice"], " "]) await refused(options, { sub, common_name: "ci" });
  });

  test("is checked when the verifier is built", () => {
    for (const withoutSubject of [
      { claim: "azp" },
      { claim: "azp", prefix: "" },
      { claim: "", prefix: "a:" },
      { claim: "jti", prefix: "a:" },
      { claim: "azp", prefix: "a\n" },
      { claim: "azp", prefix: " a" },
      "azp",
      null,
    ])
      wrong({ withoutSubject }, /withoutSubject/);
  });
});
