import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { isClientId } from "../client/client-registration.ts";
import { clientOfSubject, subjectOfClient } from "../principal/principal.ts";

test("a client's subject contains the client's id, and no account's id is a client's subject (A-50)", () => {
  fc.assert(fc.property(fc.string(), (id) => assert.equal(clientOfSubject(subjectOfClient(id)), id)));
  fc.assert(fc.property(fc.uuid(), (id) => assert.equal(clientOfSubject(id), undefined)));
  assert.equal(clientOfSubject("Client:a"), undefined);
});

test("no client can have an account's id, nor the subject of another client (A-50)", () => {
  assert.equal(isClientId(randomUUID()), false);
  assert.equal(isClientId("client:a-service"), false);
  assert.equal(isClientId("a-service"), true, "the control");
});
