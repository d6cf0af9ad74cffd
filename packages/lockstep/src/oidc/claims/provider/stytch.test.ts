import assert from "node:assert/strict";
import { test } from "node:test";
import { read, refuses, summary } from "../map.fixture.ts";
import { stytch } from "./stytch.ts";

const session = "https://stytch.com/session";
const person = {
  aud: ["project-live-1"],
  exp: 1_760_000_300,
  iat: 1_760_000_000,
  nbf: 1_760_000_000,
  iss: "stytch.com/project-live-1",
  sub: "member-live-1",
  [session]: { id: "session-live-1", started_at: "2026-01-15T12:00:00Z", roles: ["stytch_member", "editor"] },
  "https://stytch.com/organization": { organization_id: "organization-live-1", slug: "acme" },
};

test("stytch reads the roles of the session", () => {
  const map = stytch({ grants: { editor: ["notes:write"] } });
  assert.deepEqual(summary(map, person), [`${person.iss}#user:member-live-1`, ["stytch_member", "editor"], "notes:write"]);
  assert.equal(read(map, person).grants.sid, "session-live-1");
});

refuses(stytch(), person, {
  "an OAuth token of the same issuer": [
    { [session]: undefined, client_id: "connected-app-1", scope: "openid" },
    /session" → "id" is missing/,
  ],
  "a token of a machine": [{ [session]: undefined, sub: "m2m-client-live-1" }, /session" → "id" is missing/],
});
