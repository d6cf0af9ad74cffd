import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { newSecret } from "../secret/opaque-token.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { findLink, type LinkPurpose, type NewLink, saveLink, spendLink } from "./link-store.ts";

function linkTo(purpose: LinkPurpose, accountId?: string): NewLink {
  return {
    token: newSecret(),
    purpose,
    accountId,
    email: "ada@example.com",
    passwordHash: undefined,
    createdAt: 0,
    expiresAt: 1000,
  };
}

describeOnEach("links", (kind) => {
  test("are spent for the purpose that they were made for, before they are over, once", async (t) => {
    const database = await kind.open(t);
    const link = linkTo("change_email");
    await database.run(saveLink(link));
    const spend = (purpose: LinkPurpose, now: number) => database.run(spendLink(link.token, purpose, now));
    assert.equal(await spend("reset", 1), undefined);
    assert.equal(await spend("register", 1), undefined);
    assert.equal(await spend("change_email", 1000), undefined);
    assert.equal(await database.run(findLink(link.token, 1000)), undefined);
    const { purpose, accountId, email, passwordHash } = link;
    assert.deepEqual(await database.run(findLink(link.token, 999)), { purpose, accountId, email, passwordHash });
    assert.deepEqual(await spend("change_email", 999), { purpose, accountId, email, passwordHash });
    assert.equal(await spend("change_email", 999), undefined);
  });

  test("are spent by one of 50 at once", async (t) => {
    const database = await kind.open(t);
    const { token, ...link } = linkTo("reset");
    await database.run(saveLink({ ...link, token }));
    const spent = await Promise.all(Array.from({ length: 50 }, () => database.transaction(() => spendLink(token, "reset", 1))));
    assert.equal(spent.filter((each) => each !== undefined).length, 1);
  });

  test("are not kept for an account that is gone, which is no error", async (t) => {
    const database = await kind.open(t);
    const link = linkTo("reset", randomUUID());
    await database.run(saveLink(link));
    assert.equal(await database.run(findLink(link.token, 1)), undefined);
  });

  test("are looked for only by what could be a token", async (t) => {
    const database = await kind.open(t);
    for (const token of ["", "x", "A".repeat(44), `${"A".repeat(42)}\u0000`, "' OR 1=1 --"]) {
      assert.equal(await database.run(findLink(new Redacted(token), 1)), undefined);
    }
  });
});
