import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { isClientId } from "../client/client-registration.ts";
import { clientOfSubject, subjectOfClient } from "../principal/principal.ts";

test("A-50: a client's subject leads back to the client, and no account's id is one", () => {
  fc.assert(fc.property(fc.string(), (id) => assert.equal(clientOfSubject(subjectOfClient(id)), id)));
  fc.assert(fc.property(fc.uuid(), (id) => assert.equal(clientOfSubject(id), undefined)));
  assert.equal(clientOfSubject("Client:a"), undefined);
});

test("A-50: no client can have an account's id, nor the subject of another client", () => {
  assert.equal(isClientId(randomUUID()), false);
  assert.equal(isClientId("client:a-service"), false);
  assert.equal(isClientId("a-service"), true, "the control");
});
