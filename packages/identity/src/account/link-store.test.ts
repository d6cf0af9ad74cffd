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
  test("a link is spent only for its own purpose, before it expires, and once", async (t) => {
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

  test("of 50 calls at once, one spends a link", async (t) => {
    const database = await kind.open(t);
    const { token, ...link } = linkTo("reset");
    await database.run(saveLink({ ...link, token }));
    const spent = await Promise.all(Array.from({ length: 50 }, () => database.transaction(() => spendLink(token, "reset", 1))));
    assert.equal(spent.filter((each) => each !== undefined).length, 1);
  });

  test("a link for an account that was deleted is not saved, and that is not an error", async (t) => {
    const database = await kind.open(t);
    const link = linkTo("reset", randomUUID());
    await database.run(saveLink(link));
    assert.equal(await database.run(findLink(link.token, 1)), undefined);
  });

  test("only a text that could be a token is looked up", async (t) => {
    const database = await kind.open(t);
    for (const token of ["", "x", "A".repeat(44), `${"A".repeat(42)}\u0000`, "' OR 1=1 --"]) {
      assert.equal(await database.run(findLink(new Redacted(token), 1)), undefined);
    }
  });
});
