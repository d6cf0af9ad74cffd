/** Organisations, their members, invitations and API keys. */
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { all, sql } from "lockstep-identity/database";
import { databaseKinds } from "./database.fixture.ts";
import { ask, problemOf, type Person, startTeams, textOf } from "./teams.fixture.ts";

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);
  suite(`organisations on ${kind}`, () => {
    test("anyone who signed in makes one, owns it, and can remove it with everything in it", async (t) => {
      const { as, begin, auth, people } = await started;
      await begin(t);
      const made = await ask(as("viewer"), "POST /organisations", { json: { name: "Mine" } });
      assert.deepEqual([made.status, made.body["name"], made.body["plan"]], [201, "Mine", "free"]);
      const path = `/organisations/${textOf(made.body, "id")}`;
      assert.partialDeepStrictEqual(await ask(as("viewer"), `GET ${path}`), { body: { role: "owner", callerId: people.viewer } });
      assert.equal((await ask(as("owner"), `GET ${path}`)).status, 404, "others do not see it");
      await ask(as("viewer"), `POST ${path}/projects`, { json: { name: "Plans" } });
      const json = { name: "CI", scopes: ["teams:read"], expiresInDays: 1 };
      const { body } = await ask(as("viewer"), `POST ${path}/api-keys`, { json });
      assert.equal((await ask(as("viewer"), `DELETE ${path}`)).status, 204);
      assert.equal((await ask(as("viewer"), `GET ${path}`)).status, 404);
      assert.ok((await auth.apiKeys.find(textOf(body, "id")))?.revokedAt, "its keys have ended");
    });

    test("a list has those of the caller; support staff are members of none", async () => {
      const { as, acme, other } = await started;
      const idsOf = async (caller: Parameters<typeof as>[0]) =>
        Object.values((await ask(as(caller), "GET /organisations")).body).map(({ id }) => id);
      assert.deepEqual(await idsOf("viewer"), [acme.organisation]);
      assert.deepEqual(await idsOf("readOnlyKey"), [acme.organisation]);
      assert.deepEqual(await idsOf("friend"), [other.organisation]);
      assert.deepEqual(await idsOf("support"), []);
    });

    test("text that a database cannot store is an invalid input", async () => {
      const { as, acme } = await started;
      for (const name of ["", "a\0b", "x".repeat(101)])
        assert.equal((await ask(as("owner"), "POST /organisations", { json: { name } })).status, 422, JSON.stringify(name));
      const search = await ask(as("owner"), `GET /organisations/${acme.organisation}/projects/${acme.project}/tasks?search=%00`);
      assert.equal(search.status, 422);
    });
  });

  suite(`members on ${kind}`, () => {
    const pathOf = async (name: Person) => {
      const { as, acme, people } = await started;
      const path = `/organisations/${acme.organisation}/members`;
      const { body } = await ask(as("owner"), `GET ${path}`);
      const member = Object.values(body).find((each) => textOf(each, "userId") === people[name]);
      return `${path}/${textOf(member, "id")}`;
    };

    test("an administrator changes and removes members, and no owner", async (t) => {
      const { as, begin } = await started;
      await begin(t);
      const [owner, viewer] = [await pathOf("owner"), await pathOf("viewer")];
      const change = async (caller: Person, path: string, role: string) =>
        (await ask(as(caller), `PATCH ${path}`, { json: { role } })).status;
      assert.equal(await change("admin", viewer, "member"), 200);
      assert.equal(await change("admin", viewer, "owner"), 403);
      assert.equal(await change("admin", owner, "viewer"), 403);
      assert.equal((await ask(as("admin"), `DELETE ${owner}`)).status, 403);
      assert.equal(await change("owner", viewer, "owner"), 200);
      assert.equal(await change("owner", owner, "member"), 200, "there is another owner now");
      assert.equal(await change("owner", viewer, "member"), 403, "the role counts with the next request");
    });

    test("the last owner stays", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const path = await pathOf("owner");
      assert.deepEqual(problemOf(await ask(as("owner"), `PATCH ${path}`, { json: { role: "viewer" } })), [409, "last_owner"]);
      assert.deepEqual(problemOf(await ask(as("owner"), `DELETE ${path}`)), [409, "last_owner"]);
      assert.equal((await ask(as("owner"), `GET /organisations/${acme.organisation}`)).body["role"], "owner");
    });

    test("a member who is removed reaches nothing with the next request", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      const path = `/organisations/${acme.organisation}`;
      assert.equal((await ask(as("member"), `GET ${path}/projects`)).status, 200);
      assert.equal((await ask(as("admin"), `DELETE ${await pathOf("member")}`)).status, 204);
      assert.equal((await ask(as("member"), `GET ${path}/projects`)).status, 404);
    });
  });

  suite(`invitations on ${kind}`, () => {
    const run = async (text: string) => (await started).store.system(() => all(sql(text)));
    const invite = async (email: string) => {
      const { as, acme, mails } = await started;
      const json = { email, role: "member" };
      const { status, body } = await ask(as("admin"), `POST /organisations/${acme.organisation}/invitations`, { json });
      assert.equal(status, 201);
      assert.ok(!JSON.stringify(body).includes("oken"), "the answer has neither the token nor its hash");
      const mail = mails.at(-1);
      assert.equal(mail?.to, email);
      return /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";
    };

    test("the invited person joins, once", async (t) => {
      const { as, acme, people, begin } = await started;
      await begin(t);
      const token = await invite("Eve@example.com");
      const accept = (caller: "eve" | "friend") => ask(as(caller), "POST /invitations/accept", { json: { token } });
      assert.equal((await accept("eve")).status, 403, "the address is not confirmed");
      await run("UPDATE identity_accounts SET verified_at = 1");
      assert.equal((await accept("friend")).status, 404, "somebody else does not");
      assert.partialDeepStrictEqual((await accept("eve")).body, {
        userId: people.eve,
        role: "member",
        organisationId: acme.organisation,
      });
      assert.equal((await accept("eve")).status, 404);
      assert.equal((await ask(as("eve"), `GET /organisations/${acme.organisation}`)).body["role"], "member");
    });

    test("an invitation that was withdrawn or has expired does not count", async (t) => {
      const { as, acme, begin } = await started;
      await begin(t);
      await run("UPDATE identity_accounts SET verified_at = 1");
      const path = `/organisations/${acme.organisation}/invitations`;
      const accept = async (token: string) => (await ask(as("eve"), "POST /invitations/accept", { json: { token } })).status;
      const withdrawn = await invite("eve@example.com");
      for (const invitation of Object.values((await ask(as("admin"), `GET ${path}`)).body))
        assert.equal((await ask(as("admin"), `DELETE ${path}/${textOf(invitation, "id")}`)).status, 204);
      assert.equal(await accept(withdrawn), 404);
      const expired = await invite("eve@example.com");
      await run("UPDATE invitations SET expires_at = '2026-01-01T00:00:00.000Z'");
      assert.equal(await accept(expired), 404);
      assert.equal(await accept(await invite("eve@example.com")), 200, "the control");
    });
  });
}
