import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientCertificate } from "../host/host.ts";
import { mutualTls } from "./mutual-tls.ts";
import type { Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";

const client = mutualTls();
const definition = definitionOf(client);
const certificate: ClientCertificate = { thumbprintSha256: "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2", subject: "CN=partner" };

test("returns the certificate that the host's TLS layer has verified", () => {
  assert.deepEqual(found(client, { certificate }), { found: certificate });
});

test("is absent without a certificate, whatever a header says of one", () => {
  assert.equal(found(client, {}), "absent");
  for (const name of ["x-client-cert", "x-forwarded-client-cert", "client-cert", "x-ssl-cert", "ssl-client-verify"]) {
    assert.equal(found(client, { headers: { [name]: "CN=partner" } }), "absent", name);
  }
  assert.equal(found(client, { headers: { authorization: "MutualTLS CN=partner" } }), "absent");
});

test("challenges with the realm (RFC 9110 §11.6.1)", () => {
  assert.equal(definition.challenge({ realm: "Notes" }), 'MutualTLS realm="Notes"');
  assert.equal(definition.challenge({ realm: 'a "b"', error: "invalid_token" }), String.raw`MutualTLS realm="a \"b\""`);
});

test("is attached by browsers, and has no scopes", () => {
  client satisfies Scheme<ClientCertificate>;
  assert.equal(definition.ambient, "browser");
  assert.deepEqual(client["~dep"].facts, new Set(["credential"]));
});

test("does not build with a name that cannot be written", () => {
  assert.throws(() => mutualTls({ schemeName: "m tls" }), { name: "BuildError", code: "wrong_scheme" });
});

test("OpenAPI", () => {
  assert.equal(definition.name, "MutualTLS");
  assert.deepEqual(definition.openapi, { type: "mutualTLS" });
  const told = definitionOf(mutualTls({ schemeName: "Partner", description: "Certificates of our CA" }));
  assert.equal(told.name, "Partner");
  assert.deepEqual(told.openapi, { type: "mutualTLS", description: "Certificates of our CA" });
});
