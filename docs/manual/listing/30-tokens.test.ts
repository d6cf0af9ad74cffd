/** Tokens of a real foreign provider, and calling other APIs. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { Redacted } from "lockstep";
import {
  type ForeignProvider,
  job,
  notesApi,
  startProvider,
} from "../../../packages/lockstep/src/oidc/foreign-provider.fixture.ts";
import { apiOf, charge, exchangeOf, type Login, older, paymentsOf, tenants, verifierOf } from "./30-tokens.ts";

const secrets = ["INTROSPECTION_SECRET", "PAYMENTS_SECRET", "EXCHANGE_SECRET"] as const;
let provider: ForeignProvider;
let login: Login;

before(async () => {
  provider = await startProvider();
  login = { issuer: provider.issuer, allowLoopback: true };
  process.env["INTROSPECTION_SECRET"] = notesApi.clientSecret;
  process.env["PAYMENTS_SECRET"] = job.clientSecret;
  process.env["EXCHANGE_SECRET"] = "a-secret-of-an-exchange-0123456789";
});
after(async () => {
  for (const name of secrets) delete process.env[name];
  await provider.close();
});

test("an opaque token is obtained once, opens a route by introspection, and an invented one does not", async () => {
  const payments = paymentsOf(login);
  const token = (await payments.token()).reveal();
  assert.equal((await payments.token()).reveal(), token);
  const api = apiOf(verifierOf(login), exchangeOf(login), async () => {});
  const ask = async (credential: string): Promise<Response> =>
    api.fetch(new Request("https://notes.test/me", { headers: { authorization: `Bearer ${credential}` } }));
  const answer = await ask(token);
  assert.deepEqual([answer.status, await answer.json()], [200, `${provider.issuer}#client:job`]);
  assert.equal((await ask("invented")).status, 401);
});

test("another API receives the token of this one", async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(201).end();
  });
  const payments = paymentsOf(login);
  assert.equal(await charge(payments, url), 201);
  assert.deepEqual(seen, [`Bearer ${(await payments.token()).reveal()}`]);
});

test("another API receives an exchanged token, and never the caller's own", async () => {
  const forms: URLSearchParams[] = [];
  const url = await serve(async (request, response) => {
    forms.push(new URLSearchParams(await text(request)));
    const issued = { access_token: "exchanged", token_type: "Bearer", expires_in: 300 };
    const type = { issued_token_type: "urn:ietf:params:oauth:token-type:access_token" };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...issued, ...type }));
  });
  const exchange = exchangeOf({ ...login, tokenEndpoint: url } as Login);
  const paid: string[] = [];
  const api = apiOf(verifierOf(login), exchange, async (token) => void paid.push(token));
  const token = (await paymentsOf(login).token()).reveal();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await api.fetch(new Request("https://notes.test/pay", { method: "POST", headers }));
  assert.equal(answer.status, 204, await answer.text());
  assert.deepEqual(paid, ["exchanged"]);
  assert.deepEqual([forms[0]?.get("subject_token"), forms[0]?.get("audience")], [token, "payments"]);
});

test("the options for other issuers build, and tokens of strangers are refused without a request", async () => {
  for (const verifier of [older, tenants]) {
    const claims = Buffer.from(JSON.stringify({ iss: "https://evil.example" })).toString("base64url");
    const stranger = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString("base64url")}.${claims}.AAAA`;
    await assert.rejects(async () => verifier.verify(new Redacted(stranger)), { reason: "another issuer" });
  }
});

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>): Promise<string> {
  const server = createServer((request, response) => void answer(request, response));
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `http://127.0.0.1:${address.port}`;
}
