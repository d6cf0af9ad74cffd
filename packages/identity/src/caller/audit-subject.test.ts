/** The subjects of events: an account or a client by its id, in the events of the core and of identity. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openIdentityApi, reveal, textIn } from "../identity.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";

describeOnEach("the subject of a refusal", (database) => {
  test("is the id of the principal, an account or a client, whatever its credential", async (t) => {
    const app = await openIdentityApi(t, await database.open(t));
    const { ask, auth, account, events, serviceAccount, session, signIn } = app;
    const alice = await account("alice");
    const service = await serviceAccount({ id: "a-service" });
    const grant = await ask("POST", "/auth/token", { basic: service, form: { grant_type: "client_credentials" } });
    const key = reveal((await auth.apiKeys.create({ owner: { client: "a-service" }, name: "k", scopes: [] }, [])).key);
    const refused = [
      ["/service", { token: (await signIn(alice)).access }, alice.id],
      ["/me", { token: textIn(grant, "access_token") }, "a-service"],
      ["/me", { key }, "a-service"],
    ] as const;
    for (const [path, credentials, subject] of refused) {
      events.length = 0;
      assert.equal((await ask("GET", path, credentials)).status, 403);
      const subjects = events.flatMap((event) => (event.type === "authorization.denied" ? [event.subjects] : []));
      assert.deepEqual(subjects, [[subject]]);
    }
    events.length = 0;
    assert.equal((await ask("GET", "/signed-in", { cookie: await session(alice) })).status, 200, "the control");
    assert.ok(!events.some(({ type }) => type === "authorization.denied"));
  });
});
