/** A browser that sends no Fetch Metadata (Safari before 16.4) can sign in from the API's own origin only. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Answer, hosts, issuer, type Notes, password, startNotes } from "./notes.fixture.ts";

for (const host of hosts) {
  suite(`a browser without Fetch Metadata, ${host}`, () => {
    test("signs in from the issuer's origin, and not from another or without an origin (C-10)", async (t) => {
      const notes = await startNotes(t, host);
      const { status, headers } = await signIn(notes, { origin: issuer });
      assert.equal(status, 200);
      assert.ok(headers.getSetCookie().some((cookie) => cookie.includes("session=")));
      for (const origin of ["https://evil.test", `${issuer}.evil.test`, "http://notes.test", "https://notes.test:8443", "null"]) {
        const refused = await signIn(notes, { origin });
        assert.deepEqual([refused.status, refused.body["code"]], [403, "cross_site"], origin);
        assert.deepEqual(refused.headers.getSetCookie(), [], origin);
      }
      assert.equal((await signIn(notes, {})).body["code"], "cross_site");
    });

    test("signs out from the issuer's origin, and from no other (C-04)", async (t) => {
      const notes = await startNotes(t, host);
      const [cookie = ""] = (await signIn(notes, { origin: issuer })).headers
        .getSetCookie()
        .flatMap((each) => (each.includes("session=") ? [each.split(";")[0] ?? ""] : []));
      const signOut = (origin: string): Promise<Answer> => notes.ask("POST", "/auth/logout", { cookie, headers: { origin } });
      assert.equal((await signOut("https://evil.test")).body["code"], "cross_site");
      assert.equal((await notes.ask("GET", "/me", { cookie })).status, 200, "still signed in");
      assert.equal((await signOut(issuer)).status, 204);
      assert.equal((await notes.ask("GET", "/me", { cookie })).status, 401);
    });

    test("Fetch Metadata decides before the origin", async (t) => {
      const notes = await startNotes(t, host);
      const refused = await signIn(notes, { origin: issuer, "sec-fetch-site": "cross-site" });
      assert.deepEqual([refused.status, refused.body["code"]], [403, "cross_site"]);
    });
  });
}

function signIn({ ask, alice }: Notes, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return ask("POST", "/auth/session", { form: { username: alice.email, password }, headers });
}
