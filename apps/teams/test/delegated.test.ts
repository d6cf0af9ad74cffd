/** The teams API with a real provider instead of embedded identity: the same routes, another environment. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { serveFetch } from "lockstep/fetch";
import { pino } from "pino";
import { openProvider } from "../../notes/test/delegated.fixture.ts";
import { teamsApi } from "../src/api.ts";
import { openIdentity } from "../src/identity.ts";
import { readSettings } from "../src/settings.ts";
import { openStore } from "../src/store/store.ts";
import { openTestDatabase } from "./database.fixture.ts";
import { ask, demoEnvironment, textOf } from "./teams.fixture.ts";

const origin = "https://teams.test";
const delegated = await openProvider({ after }, origin, ["teams:read", "teams:write", "teams:admin"]);

async function open() {
  const database = await openTestDatabase("sqlite");
  const store = await openStore(database);
  const settings = readSettings({ ...demoEnvironment, ...delegated.env });
  const mail = { send: async () => {} };
  const auth = await openIdentity(settings, store, mail, () => {});
  const api = teamsApi({ settings, store, auth, mail, log: pino({ level: "silent" }), audit: () => {} });
  after(async () => {
    await api.close();
    await auth.close();
    await database.close();
  });
  return { auth, send: serveFetch(api, { address: () => "127.0.0.1" }) };
}

test("people of the provider make organisations, and see only their own", async () => {
  const { auth, send } = await open();
  const bearer = async (name: string) => ({ headers: { authorization: `Bearer ${await delegated.tokenOf(name)}` } });
  const [ann, bob] = [await bearer("ann"), await bearer("bob")];
  assert.equal((await ask(send, "GET /organisations")).status, 401);
  const made = await ask(send, "POST /organisations", { json: { name: "Acme" }, ...ann });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const path = `/organisations/${textOf(made.body, "id")}`;
  assert.equal((await ask(send, `GET ${path}`, ann)).status, 200);
  assert.equal((await ask(send, `GET ${path}`, bob)).status, 404);
  const members = await ask(send, `GET ${path}/members`, ann);
  assert.equal(members.status, 200);
  assert.match(JSON.stringify(members.body), /"email":null/);

  const { issuer } = delegated.provider;
  const account = await auth.subjects.find({ issuer, kind: "user", subject: "ann" });
  assert.ok(account);
  await auth.accounts.disable(account.id);
  assert.equal((await ask(send, `GET ${path}`, ann)).status, 401);
});

test("a wrong variable does not start, and is named", () => {
  assert.throws(
    () => readSettings({ ...demoEnvironment, ...delegated.env, AUTH_CLAIMS: "keyclock" }),
    /^BuildError: Set AUTH_CLAIMS/,
  );
  const { TEAMS_DEMO: _demo, ...production } = demoEnvironment;
  const secret = "A".repeat(43);
  const keys = { IDENTITY_KEY: secret, WEBHOOK_KEY: secret, STRIPE_SECRET: `whsec_${secret}` };
  assert.throws(
    () => readSettings({ ...production, ...keys, ...delegated.env }),
    /^BuildError: Leave out AUTH_ALLOW_LOOPBACK_ISSUER/,
  );
});
