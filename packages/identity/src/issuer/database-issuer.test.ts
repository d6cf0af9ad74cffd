import assert from "node:assert/strict";
import { test } from "node:test";
import { openIdentityApi } from "../identity.fixture.ts";
import { identity } from "../identity.ts";
import { WrongIdentityOption } from "../mechanism/wrong-identity-option.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { claimIssuer, findIssuer, moveIssuer, WrongIssuer } from "./database-issuer.ts";
import { issue, refusal, startNode } from "./issuer.fixture.ts";

const [ours, theirs] = ["https://as.test", "https://other.test"];

describeOnEach("the issuer of a database", (kind) => {
  test("is the one of the first start; a start with another says which it is and what to do", async (t) => {
    const database = await kind.open(t);
    const { options } = await openIdentityApi(t, database);
    assert.equal((await database.run(findIssuer()))?.url, ours);
    await assert.rejects(identity({ ...options, issuer: theirs }), (error) => {
      assert.ok(error instanceof WrongIssuer && error instanceof WrongIdentityOption);
      assert.equal(error.issuer, ours);
      assert.match(error.message, /^Set `issuer` to https:\/\/as\.test: the database belongs to it\./);
      assert.match(error.message, /`lockstep-identity issuer move https:\/\/other\.test`/);
      return true;
    });
    assert.equal((await database.run(findIssuer()))?.url, ours, "the refused start changed nothing");
    // The control: another process with the same issuer starts.
    const second = await identity(options);
    await second.close();
  });

  test("is written once, even if fifty processes with different issuers start at once", async (t) => {
    const { settings } = testSettings(await kind.open(t));
    const starts = Array.from({ length: 50 }, (_, index) => `https://as${index % 5}.test`);
    const settled = await Promise.allSettled(starts.map((issuer) => claimIssuer({ ...settings, issuer })));
    const { url } = (await settings.database.run(findIssuer())) ?? assert.fail();
    starts.forEach((issuer, index) => assert.equal(settled[index]?.status, issuer === url ? "fulfilled" : "rejected", issuer));
  });

  test("is moved with everything that names it: a process that still runs refuses the tokens of before", async (t) => {
    const database = await kind.open(t);
    const node = await startNode(t, database);
    await claimIssuer(node.settings);
    const token = await issue(node);
    assert.equal((await node.tokens.verifyFresh(token)).iss, ours, "the control");
    assert.equal(await moveIssuer(ours, node.settings), false, "it belongs to it already");
    assert.equal((await node.tokens.verifyFresh(token)).iss, ours);

    assert.equal(await moveIssuer(theirs, node.settings, "root"), true);
    const verifyFresh = { verify: (each: typeof token) => node.tokens.verifyFresh(each) };
    assert.equal(await refusal(verifyFresh, token), "revoked");
    assert.equal((await database.run(findIssuer()))?.url, theirs);
    await assert.rejects(claimIssuer(node.settings), WrongIssuer);
    await claimIssuer({ ...node.settings, issuer: theirs });
    const moved = node.events.filter(({ type }) => type === "issuer.moved");
    assert.deepEqual(
      moved.map((event) => "issuer" in event && "by" in event && [event.issuer, event.by]),
      [[theirs, "root"]],
    );
  });

  test("is not written by a move: a database without one stays without", async (t) => {
    const { settings } = testSettings(await kind.open(t));
    assert.equal(await moveIssuer(theirs, settings), false);
    assert.equal(await settings.database.run(findIssuer()), undefined);
  });
});
