/** Scopes where issuers write them, and the ways in which a scope could be smuggled in. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { opens, passes, refused, wrong, type Over } from "./interop.fixture.ts";

describe("scopeClaim", () => {
  test("reads a list, and writes it as claims.scope", async () => {
    assert.equal((await opens("scopeClaim", { scopeClaim: { list: true } }, { scope: ["a", "b"] })).scope, "a b");
    assert.equal((await passes({ scopeClaim: { list: true } }, { scope: "a b" })).scope, "a b");
    assert.equal((await passes({ scopeClaim: { name: "scp", list: true } }, { scp: ["a"], scope: undefined })).scope, "a");
    assert.equal((await passes({ scopeClaim: { name: "scp" } }, { scp: "a b", scope: undefined })).scope, "a b");
    for (const scope of [[], null, undefined]) assert.equal("scope" in (await passes({}, { scope })), false);
  });

  test("never makes two scopes of one text in a list, and refuses a text that is not a scope", async () => {
    const options: Over = { scopeClaim: { list: true } };
    for (const scope of [["a admin"], ["a", " admin"], ["a", ""], ["a", 1], [["a"]], ["é"], ['a"b'], [null]])
      assert.equal(await refused(options, { scope }), "scope is not a list of scopes", JSON.stringify(scope));
    for (const scope of [{ a: 1 }, 1, true]) assert.equal(await refused(options, { scope }), "scope is not a text");
    assert.equal((await passes(options, { scope: Array<string>(256).fill("a") })).scope?.length, 511);
    await refused(options, { scope: Array<string>(257).fill("a") });
  });

  test("makes one claim count: the other of two grants nothing", async () => {
    const options: Over = { scopeClaim: { name: "scp", list: true } };
    assert.equal((await passes(options, { scp: ["a"], scope: "admin" })).scope, "a");
    assert.equal((await passes(options, { scope: "admin" })).scope, undefined);
    assert.equal((await passes({}, { scp: ["admin"], scope: "a" })).scope, "a");
  });

  test("takes the prefix off, and leaves out what is another API's", async () => {
    const options: Over = { scopeClaim: { prefix: "orders/" } };
    const scope = "openid orders/read orders/write billing/admin admin /admin ORDERS/admin orders/ xorders/admin";
    assert.equal((await passes(options, { scope })).scope, "read write");
    assert.equal((await passes(options, { scope: "openid" })).scope, "");
    assert.equal(
      (await passes({ scopeClaim: { list: true, prefix: "app!t1." } }, { scope: ["app!t1.read", "app!t12.read", "app!t1xread"] }))
        .scope,
      "read",
    );
  });

  test("is checked when the verifier is built", () => {
    for (const scopeClaim of [
      { name: "" },
      { list: "yes" },
      { prefix: "a b" },
      { claim: "scp" },
      [],
      null,
      { name: 1 },
      { prefix: 1 },
    ])
      wrong({ scopeClaim }, /scopeClaim/);
  });
});
