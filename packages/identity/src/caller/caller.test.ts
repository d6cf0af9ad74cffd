import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { isAccountId, isClientId, subjectTypeOf } from "../principal/principal.ts";

test("no text is the id of an account and of a client (A-50)", () => {
  const texts = fc.oneof(fc.string(), fc.uuid(), fc.stringMatching(/^[a-z0-9-]{3,64}$/));
  fc.assert(fc.property(texts, (text) => !(isAccountId(text) && isClientId(text))));
  const id = randomUUID();
  assert.deepEqual([isAccountId(id), isClientId(id)], [true, false]);
  for (const wrong of [id.toUpperCase(), `${id}\n`, `{${id}}`, id.replaceAll("-", ""), "client:a-service", "4711", ""]) {
    assert.equal(isAccountId(wrong), false, wrong);
  }
  assert.equal(isClientId("client:a-service"), false);
  assert.equal(isClientId("a-service"), true, "the control");
});

test("only sub_type says whom a token is about, and it must agree with sub and client_id (RFC 9068 §2.2, A-50)", () => {
  const user = { sub: randomUUID(), client_id: "web" };
  const client = { sub: "web", client_id: "web" };
  assert.equal(subjectTypeOf({ ...user, sub_type: "user" }), "user");
  assert.equal(subjectTypeOf({ ...client, sub_type: "client" }), "client");
  // An account with the id of a client, as a version before this could import it.
  assert.equal(subjectTypeOf({ sub: "reports", client_id: "web", sub_type: "user" }), "user");
  for (const wrong of [undefined, null, "", "User", "service", ["client"], 1, true]) {
    for (const claims of [user, client]) assert.equal(subjectTypeOf({ ...claims, sub_type: wrong }), undefined);
  }
  assert.equal(subjectTypeOf({ ...user, sub_type: "client" }), undefined);
  assert.equal(subjectTypeOf({ ...client, sub_type: "user" }), undefined);
  assert.equal(subjectTypeOf({ sub: "web", sub_type: "client" }), undefined);
});
