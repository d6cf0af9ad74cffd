import assert from "node:assert/strict";
import { test } from "node:test";
import { clientGrants } from "../client/client.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { refusedGrant } from "./grant.ts";
import { refreshRequest } from "./token-desk.fixture.ts";

describeOnEach("A refused grant", (database) => {
  test("is invalid_grant in the grant's own words, which do not tell the reason; the event does", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const request = refreshRequest("a token");
    const said = new Map<string, string>();
    for (const grant of clientGrants) {
      const [one, other] = [refusedGrant(grant, "unknown", request, settings), refusedGrant(grant, "ended", request, settings)];
      assert.deepEqual([one.code, other.code, one.detail], ["invalid_grant", "invalid_grant", other.detail]);
      said.set(one.detail, grant);
    }
    assert.deepEqual([...said.values()], clientGrants);
    for (const [detail, grant] of said) {
      assert.deepEqual(
        [/user name|password/.test(detail), /refresh/.test(detail)],
        [grant === "password", grant === "refresh_token"],
      );
    }
    assert.deepEqual(
      events.map((event) => event.type === "token.refused" && `${event.grant} ${event.reason}`),
      clientGrants.flatMap((grant) => [`${grant} unknown`, `${grant} ended`]),
    );
  });
});
