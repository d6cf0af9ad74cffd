import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import { answerOf, type Desk, type DeskOptions, type Fields, openDesk, password, refused, textIn } from "./token-desk.fixture.ts";

const right: Fields = { grant_type: "password", username: "alice@example.com", password };

describeOnEach("The token endpoint", (database) => {
  async function open(t: Parameters<typeof openDesk>[0], options?: DeskOptions): Promise<Desk> {
    return openDesk(t, await database.open(t), options);
  }

  test("a repeated parameter is invalid_request, whichever it is (A-16)", async (t) => {
    const desk = await open(t);
    const spa = await desk.client({ id: "spa", authentication: "none", grants: ["password"] });
    assert.equal(spa.secret, undefined);
    const fields = { ...right, client_id: "spa", scope: "notes:read" };
    for (const [name, value] of Object.entries(fields)) {
      refused(await desk.token({ ...fields, [name]: [value, value].flat() }), "invalid_request");
    }
    refused(await desk.token({ ...fields, unknown: ["1", "2"] }), "invalid_request");
    refused(await desk.token({ ...fields, __proto__x: "1", ["__proto__"]: "1" }), "invalid_request");
    assert.equal((await desk.token({ ...fields, unknown: "1", client_assertion: "" })).status, 200);
  });

  test("accepts only POST with a small form in UTF-8, and lets no other origin read the answer (A-32)", async (t) => {
    const { api } = await open(t);
    const send = (init: RequestInit & { readonly method: string }): Promise<Response> => {
      return api.fetch(new Request("https://as.test/auth/token", init));
    };
    const form = new URLSearchParams({ grant_type: "password", username: "alice@example.com", password }).toString();
    const type = "application/x-www-form-urlencoded";
    for (const method of ["GET", "PUT", "DELETE"]) assert.equal((await send({ method })).status, 405, method);
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...right }) };
    refused(await answerOf(await send(json)), "invalid_request", 415);
    const utf16 = { method: "POST", headers: { "content-type": `${type}; charset=utf-16` }, body: form };
    refused(await answerOf(await send(utf16)), "invalid_request", 415);
    const large = { method: "POST", headers: { "content-type": type }, body: `${form}&x=${"x".repeat(1024 * 1024)}` };
    refused(await answerOf(await send(large)), "invalid_request", 413);
    const aboveLimit = { method: "POST", headers: { "content-type": type }, body: `${form}&x=${"x".repeat(16 * 1024)}` };
    refused(await answerOf(await send(aboveLimit)), "invalid_request", 413);
    refused(await answerOf(await send({ method: "POST" })), "invalid_request");
    const foreign = await send({ method: "POST", headers: { "content-type": type, origin: "https://evil.test" }, body: form });
    assert.equal(foreign.headers.get("access-control-allow-origin"), null);
    for (const charset of ["utf-8", "UTF-8", "utf8", '"utf-8"', "us-ascii"]) {
      const answer = await send({ method: "POST", headers: { "content-type": `${type};charset=${charset}` }, body: form });
      assert.equal(answer.status, 200, charset);
    }
  });

  test("refuses a grant type that is missing or unknown", async (t) => {
    const desk = await open(t);
    refused(await desk.token({}), "invalid_request");
    refused(await desk.token({ grant_type: "" }), "invalid_request");
    for (const grant_type of ["implicit", "Password", "toString", "authorization_code", "__proto__"]) {
      refused(await desk.token({ ...right, grant_type }), "unsupported_grant_type");
    }
    refused(await desk.token({ grant_type: "password", username: "alice@example.com" }), "invalid_request");
  });

  test("a scope that is unknown, malformed or not the account's is invalid_scope; none means all (A-43)", async (t) => {
    const desk = await open(t, { settings: { scopesOf: () => ["notes:read", "of:nobody"] } });
    for (const scope of [
      "admin",
      "notes:read admin",
      "notes:write",
      "of:nobody",
      "notes:read  notes:read",
      "notes:read\tx",
      '"',
      "é",
      "toString",
    ]) {
      refused(await desk.token({ ...right, scope }), "invalid_scope");
    }
    assert.equal((await desk.token({ ...right, scope: "notes:read" })).body["scope"], "notes:read");
    assert.equal((await desk.token({ ...right, scope: "notes:read notes:read" })).body["scope"], "notes:read");
    assert.equal((await desk.token({ ...right, scope: "" })).body["scope"], "notes:read account");
  });

  test("a client's tokens have at most the client's scopes (A-43)", async (t) => {
    const desk = await open(t);
    const web = await desk.client({ grants: ["password"], scopes: ["notes:read"] });
    assert.equal((await desk.token(right, web.basic)).body["scope"], "notes:read");
    refused(await desk.token({ ...right, scope: "notes:write" }, web.basic), "invalid_scope");
  });

  test("a token is for one API, so another resource is invalid_target (A-44)", async (t) => {
    const desk = await open(t);
    const { basic } = await desk.client({ grants: ["client_credentials"] });
    const grant = { grant_type: "client_credentials" };
    for (const resource of ["https://other.test", "https://api.test#x", "https://api.test/", "x"]) {
      refused(await desk.token({ ...right, resource }), "invalid_target");
      refused(await desk.token({ ...grant, resource }, basic), "invalid_target");
      refused(await desk.token({ ...grant, resource: ["https://api.test", resource] }, basic), "invalid_target");
    }
    const { refresh } = await desk.signIn();
    const renewal = { grant_type: "refresh_token", refresh_token: refresh };
    refused(await desk.token({ ...renewal, resource: "https://other.test" }), "invalid_target");
    const answer = await desk.token({ ...renewal, resource: ["https://api.test", "https://api.test"] });
    assert.equal((await desk.tokens.verifyFresh(new Redacted(textIn(answer, "access_token")))).aud, "https://api.test");
  });

  test("the OpenAPI document has the form, the client's ways to authenticate, and the errors", async (t) => {
    const { api } = await open(t);
    const document = JSON.parse(JSON.stringify(api.openapi()));
    const { post } = document.paths["/auth/token"];
    assert.deepEqual(post.security, [{ ClientBasic: [] }, {}]);
    assert.deepEqual(Object.keys(post.responses).toSorted(), ["200", "400", "401", "403", "413", "415", "429"]);
    const fields = Object.keys(post.requestBody.content["application/x-www-form-urlencoded"].schema.properties);
    for (const name of ["grant_type", "scope", "resource", "username", "password", "refresh_token", "client_assertion"]) {
      assert.ok(fields.includes(name), name);
    }
    assert.ok(!fields.includes("client_secret"));
    const introspection = document.paths["/auth/introspect"].post;
    assert.deepEqual(introspection.security, [{ ClientToken: [] }, { ClientBasic: [] }]);
  });
});
