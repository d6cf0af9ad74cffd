/** The API on Fastify and on fetch, with real credentials: every route has the same answer on both. */
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { after, suite, test } from "node:test";
import { fastifyServer } from "lockstep/fastify";
import { bodyOf, lineOf, routes } from "./matrix.fixture.ts";
import { type Answer, ask, password, type Send, startTeams, textOf, type Teams } from "./teams.fixture.ts";

const started = startTeams({ after }, "sqlite");

/** The API on a server, and as a function. */
async function hostsOf({ api, serve }: Teams): Promise<readonly [Send, Send]> {
  const server = fastifyServer(api);
  await server.listen({ host: "127.0.0.1", port: 0 });
  after(() => server.close());
  // A server that listens on a port has an address with a port.
  const { port } = server.server.address() as AddressInfo;
  const overNetwork: Send = (request) => {
    const url = new URL(request.url);
    return fetch(new Request(`http://127.0.0.1:${port}${url.pathname}${url.search}`, request));
  };
  return [overNetwork, serve(api)];
}

const hosts = started.then(hostsOf);

async function tokenOf(send: Send, username: string): Promise<string> {
  const form = new URLSearchParams({ grant_type: "password", username, password });
  const { body } = await ask(send, "POST /auth/token", { body: form });
  return textOf(body, "access_token");
}

/** The parts of an answer that are the same on every host. Ids and times are left out. */
function comparable({ status, headers, body }: Answer) {
  const text = JSON.stringify(body).replaceAll(
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{13}\b/g,
    "…",
  );
  const kept = ["content-type", "www-authenticate", "cache-control", "allow", "vary"].map((name) => headers.get(name));
  return { status, kept, text: text.replaceAll(/teams_demo_\w+|whsec_[\w+/=]+|"id":"\w{12}"/g, "…") };
}

suite("on every host", () => {
  test("each route answers alike, with a token of the owner and with a key of the organisation", async () => {
    const teams = await started;
    const { acme, auth, database, people } = teams;
    const [network, direct] = await hosts;
    const scopes = ["teams:read", "teams:write"] as const;
    const owner = { external: `org:${acme.organisation}` };
    const { key } = await auth.apiKeys.create({ owner, name: "test", scopes, by: people.owner }, scopes);
    const token = await tokenOf(direct, "owner@example.com");
    const reads = routes.filter(({ line }) => line.startsWith("GET "));
    const asked = [
      [{ authorization: `Bearer ${token}` }, routes],
      [{ "x-api-key": key.reveal() }, reads],
      [{}, reads],
    ] as const;
    for (const [headers, rows] of asked) {
      for (const row of rows) {
        const answers: ReturnType<typeof comparable>[] = [];
        for (const send of [network, direct]) {
          await database.begin();
          answers.push(comparable(await ask(send, lineOf(row, acme), { ...bodyOf(row, acme), headers })));
          await database.rollBack();
        }
        assert.deepEqual(answers[0], answers[1], row.line);
        if ("authorization" in headers && !["invited", "signed"].includes(row.rule))
          assert.equal(answers[0]?.status, row.success, row.line);
      }
    }
  });

  test("a person signs in with a token or a cookie, and a cookie writes from the API's own site only", async () => {
    const { database } = await started;
    for (const send of await hosts) {
      await database.begin();
      const body = new URLSearchParams({ username: "viewer@example.com", password });
      const here = { "sec-fetch-site": "same-origin" };
      const signedIn = await ask(send, "POST /auth/session", { body, headers: here });
      const cookie =
        signedIn.headers
          .getSetCookie()
          .find((each) => each.includes("session="))
          ?.split(";")[0] ?? "";
      assert.equal(Object.keys((await ask(send, "GET /organisations", { headers: { cookie } })).body).length, 1);
      const write = (headers: Record<string, string>) =>
        ask(send, "POST /organisations", { json: { name: "By cookie" }, headers: { cookie, ...headers } });
      assert.equal((await write({ "sec-fetch-site": "cross-site" })).status, 403);
      assert.equal((await write(here)).status, 201);
      await database.rollBack();
    }
  });

  test("a key of the organisation ends with the next request when an administrator revokes it", async () => {
    const { acme } = await started;
    const [send] = await hosts;
    const headers = { authorization: `Bearer ${await tokenOf(send, "admin@example.com")}` };
    const path = `/organisations/${acme.organisation}/api-keys`;
    const json = { name: "CI", scopes: ["teams:read"], expiresInDays: 1 };
    const { body } = await ask(send, `POST ${path}`, { json, headers });
    const key = { "x-api-key": textOf(body, "key") };
    const status = async () => (await ask(send, `GET /organisations/${acme.organisation}/projects`, { headers: key })).status;
    assert.equal(await status(), 200);
    assert.equal((await ask(send, `DELETE ${path}/${textOf(body, "id")}`, { headers })).status, 204);
    assert.equal(await status(), 401);
  });
});
