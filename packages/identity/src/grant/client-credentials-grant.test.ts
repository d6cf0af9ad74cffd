import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { describeOnEach } from "../store/database.fixture.ts";
import { type Desk, isGood, openDesk, refused, textIn } from "./token-desk.fixture.ts";

describeOnEach("The client_credentials grant", (database) => {
  async function open(t: Parameters<typeof openDesk>[0]): Promise<Desk> {
    return openDesk(t, await database.open(t));
  }

  test("the subject of a client's own token is its client_id, and sub_type says so (RFC 9068 §2.2, A-50)", async (t) => {
    const desk = await open(t);
    const { client, basic } = await desk.client({ grants: ["client_credentials"], scopes: ["notes:read"] });
    const answer = await desk.token({ grant_type: "client_credentials" }, basic);
    assert.deepEqual(Object.keys(answer.body).toSorted(), ["access_token", "expires_in", "scope", "token_type"]);
    const claims = await desk.tokens.verifyFresh(new Redacted(textIn(answer, "access_token")));
    assert.deepEqual(
      [claims.sub, claims["sub_type"], claims.client_id, claims.scope, claims.sid],
      [client.id, "client", client.id, "notes:read", undefined],
    );
    refused(await desk.token({ grant_type: "client_credentials", scope: "notes:write" }, basic), "invalid_scope");
    assert.equal(await desk.accounts.find(claims.sub), undefined);
  });

  test("client_credentials is only for confidential clients that may use it (A-50)", async (t) => {
    const desk = await open(t);
    const web = await desk.client({ grants: ["password"] });
    await desk.client({ id: "spa", authentication: "none", grants: ["password"] });
    const grant = { grant_type: "client_credentials" };
    refused(await desk.token(grant), "invalid_client", 401);
    refused(await desk.token({ ...grant, client_id: "spa" }), "invalid_client", 401);
    refused(await desk.token(grant, web.basic), "unauthorized_client");
  });

  test("a token issued while its client is being disabled is refused", async (t) => {
    const desk = await open(t);
    const { client, basic } = await desk.client({ grants: ["client_credentials"] });
    const original = desk.clients.findRecord.bind(desk.clients);
    // The client is disabled after it was read, when it is too late to refuse the request.
    desk.clients.findRecord = async (id) => {
      const record = await original(id);
      await desk.clients.disable(client.id);
      return record;
    };
    const answer = await desk.token({ grant_type: "client_credentials" }, basic);
    assert.equal(await isGood(desk, textIn(answer, "access_token")), false);
    desk.clients.findRecord = original;
    await desk.clients.enable(client.id);
    const control = await desk.token({ grant_type: "client_credentials" }, basic);
    assert.equal(await isGood(desk, textIn(control, "access_token")), true);
  });
});
